//! Notes.
//!
//! Invariant: every statement names the owner, so a note of another user is simply not there.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::{Note, Placed, Quota};

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

/// Adds a note, if there is room.
pub(super) fn insert(
    connection: &Connection,
    user: &str,
    note: &Note,
    quota: Quota,
) -> rusqlite::Result<Placed> {
    let changed = connection.execute(
        "INSERT INTO notes (id, user_id, title, text, updated_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE (
             SELECT count(*) < ?6 AND ?7 >= octet_length(?3) + octet_length(?4)
                 + coalesce(sum(octet_length(title) + octet_length(text)), 0)
             FROM notes WHERE user_id = ?2)",
        params![
            note.id,
            user,
            note.title,
            note.text,
            signed(note.updated_at),
            quota.most,
            quota.bytes
        ],
    )?;
    Ok(if changed == 1 {
        Placed::Done
    } else {
        Placed::Full
    })
}

/// Overwrites a note of a user, if there is room.
pub(super) fn update(
    connection: &Connection,
    user: &str,
    note: &Note,
    quota: Quota,
) -> rusqlite::Result<Placed> {
    let changed = connection.execute(
        "UPDATE notes SET title = ?3, text = ?4, updated_at = ?5
         WHERE user_id = ?1 AND id = ?2 AND (
             octet_length(?3) + octet_length(?4) <= octet_length(title) + octet_length(text)
             OR ?6 >= octet_length(?3) + octet_length(?4) + (
                 SELECT coalesce(sum(octet_length(title) + octet_length(text)), 0)
                 FROM notes WHERE user_id = ?1 AND id <> ?2))",
        params![
            user,
            note.id,
            note.title,
            note.text,
            signed(note.updated_at),
            quota.bytes
        ],
    )?;
    Ok(match changed {
        1 => Placed::Done,
        _ if find(connection, user, &note.id)?.is_some() => Placed::Full,
        _ => Placed::Missing,
    })
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
