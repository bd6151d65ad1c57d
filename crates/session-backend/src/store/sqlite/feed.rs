//! The ends of sessions, in order, for the server that other processes end sessions beside.
//!
//! Invariant: an end is written here by the transaction that ends the session.

use rusqlite::{Connection, params};
use session_protocol::EndReason;

use crate::store::Event;

/// Events that are kept; whoever has missed more looks at everything again.
const LENGTH: i64 = 10_000;

/// Adds the end of a session.
pub(super) fn append_end(
    connection: &Connection,
    session: &str,
    reason: EndReason,
) -> rusqlite::Result<()> {
    let event = Event::Ended {
        session: session.to_owned(),
        reason,
    };
    let body = serde_json::to_string(&event)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection
        .prepare_cached("INSERT INTO events (body) VALUES (?1)")?
        .execute([body])?;
    let oldest = connection.last_insert_rowid() - LENGTH;
    connection
        .prepare_cached("DELETE FROM events WHERE seq <= ?1")?
        .execute([oldest])?;
    Ok(())
}

/// Returns the number of the last event.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'")?
        .query_row([], |row| row.get(0))
}

/// Returns the events after a number, the number of the last one, and whether none is missing.
pub(super) fn after(
    connection: &Connection,
    after: u64,
) -> rusqlite::Result<(Vec<Event>, u64, bool)> {
    let rows = connection
        .prepare_cached("SELECT seq, body FROM events WHERE seq > ?1 ORDER BY seq")?
        .query_map(params![after], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(u64, String)>>>()?;
    let complete = rows.first().is_none_or(|(seq, _)| *seq == after + 1);
    let next = rows.last().map_or(after, |(seq, _)| *seq);
    let events = rows
        .iter()
        .filter_map(|(_, body)| serde_json::from_str(body).ok());
    Ok((events.collect(), next, complete))
}
