//! Uploaded files.
//!
//! Invariant: a row is written whole or not at all.

use rusqlite::{Connection, params};

use crate::{
    Moment,
    store::{Placed, Quota, Upload},
};

/// Stores an upload, if there is room.
pub(super) fn insert(
    connection: &Connection,
    user: &str,
    id: &str,
    body: &[u8],
    now: Moment,
    quota: Quota,
) -> rusqlite::Result<Placed> {
    let changed = connection.execute(
        "INSERT INTO uploads (id, user_id, created_at, body)
         SELECT ?1, ?2, ?3, ?4 WHERE (
             SELECT count(*) < ?5 AND ?6 >= length(?4) + coalesce(sum(length(body)), 0)
             FROM uploads WHERE user_id = ?2)",
        params![id, user, now.0, body, quota.most, quota.bytes],
    )?;
    Ok(if changed == 1 {
        Placed::Done
    } else {
        Placed::Full
    })
}

/// Deletes an upload of a user; returns whether it was there.
pub(super) fn delete(connection: &Connection, user: &str, id: &str) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "DELETE FROM uploads WHERE user_id = ?1 AND id = ?2",
        [user, id],
    )?;
    Ok(changed == 1)
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
