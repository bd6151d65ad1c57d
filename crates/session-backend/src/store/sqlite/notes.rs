//! Notes.
//!
//! Invariant: every statement names the owner, so a note of another user is simply not there.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::Note;

fn read(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: row.get(0)?,
        title: row.get(1)?,
        text: row.get(2)?,
        updated_at: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
    })
}

/// Lists a user's notes, newest first.
pub(super) fn list(connection: &Connection, user: &str) -> rusqlite::Result<Vec<Note>> {
    connection
        .prepare_cached(
            "SELECT id, title, text, updated_at FROM notes WHERE user_id = ?1
             ORDER BY updated_at DESC, rowid DESC",
        )?
        .query_map([user], read)?
        .collect()
}

/// Finds a note of a user.
pub(super) fn find(
    connection: &Connection,
    user: &str,
    id: &str,
) -> rusqlite::Result<Option<Note>> {
    connection
        .prepare_cached(
            "SELECT id, title, text, updated_at FROM notes WHERE user_id = ?1 AND id = ?2",
        )?
        .query_row([user, id], read)
        .optional()
}

/// Adds a note.
pub(super) fn insert(connection: &Connection, user: &str, note: &Note) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO notes (id, user_id, title, text, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            note.id,
            user,
            note.title,
            note.text,
            signed(note.updated_at)
        ],
    )?;
    Ok(())
}

/// Overwrites a note of a user; returns whether it was there.
pub(super) fn update(connection: &Connection, user: &str, note: &Note) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "UPDATE notes SET title = ?3, text = ?4, updated_at = ?5 WHERE user_id = ?1 AND id = ?2",
        params![
            user,
            note.id,
            note.title,
            note.text,
            signed(note.updated_at)
        ],
    )?;
    Ok(changed == 1)
}

/// Deletes a note of a user; returns whether it was there.
pub(super) fn delete(connection: &Connection, user: &str, id: &str) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "DELETE FROM notes WHERE user_id = ?1 AND id = ?2",
        [user, id],
    )?;
    Ok(changed == 1)
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
