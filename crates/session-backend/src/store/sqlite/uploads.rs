//! Uploaded files.
//!
//! Invariant: a row is written whole or not at all.

use rusqlite::{Connection, params};

use crate::{Moment, store::Upload};

/// Stores an upload.
pub(super) fn insert(
    connection: &Connection,
    user: &str,
    id: &str,
    body: &[u8],
    now: Moment,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO uploads (id, user_id, created_at, body) VALUES (?1, ?2, ?3, ?4)",
        params![id, user, now.0, body],
    )?;
    Ok(())
}

/// Lists a user's uploads, newest first.
pub(super) fn list(connection: &Connection, user: &str) -> rusqlite::Result<Vec<Upload>> {
    connection
        .prepare_cached(
            "SELECT id, length(body), created_at FROM uploads WHERE user_id = ?1
             ORDER BY created_at DESC, rowid DESC",
        )?
        .query_map([user], |row| {
            Ok(Upload {
                id: row.get(0)?,
                size: usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
                created_at: Moment(row.get(2)?).unix_seconds(),
            })
        })?
        .collect()
}
