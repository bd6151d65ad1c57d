//! Where owners of accounts have logged in.
//!
//! Invariant: no account has more than [`MOST_HOMES`], and what is over goes with the next write.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Moment, store::MOST_HOMES};

/// Adds a home, or keeps it for longer.
pub(super) fn insert(
    connection: &Connection,
    account: &str,
    network: &str,
    now: Moment,
    until: Moment,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM homes WHERE until <= ?1", [now.0])?;
    connection.execute(
        "INSERT INTO homes (account, network, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (account, network) DO UPDATE SET until = excluded.until",
        params![account, network, until.0],
    )?;
    connection.execute(
        "DELETE FROM homes WHERE account = ?1 AND network IN (
             SELECT network FROM homes WHERE account = ?1
             ORDER BY until DESC, network DESC LIMIT -1 OFFSET ?2)",
        params![account, MOST_HOMES],
    )?;
    Ok(())
}

/// Returns until when a home counts, if it does.
pub(super) fn find(
    connection: &Connection,
    account: &str,
    network: &str,
    now: Moment,
) -> rusqlite::Result<Option<Moment>> {
    connection
        .prepare_cached(
            "SELECT until FROM homes WHERE account = ?1 AND network = ?2 AND until > ?3",
        )?
        .query_row(params![account, network, now.0], |row| {
            row.get(0).map(Moment)
        })
        .optional()
}
