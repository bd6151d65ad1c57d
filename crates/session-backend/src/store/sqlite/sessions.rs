//! Sessions and their refresh families, one row each.
//!
//! Invariants: every statement that changes a session says `ended_at IS NULL` and counts up
//! `version`, so an ended session never lives again, its first reason stays, and whoever read it
//! before finds out; `absolute_deadline` is written once.

use rusqlite::{Connection, OptionalExtension, Row, params};
use session_protocol::{EndReason, User};

use super::feed;
use crate::{
    Moment,
    store::{Cut, SessionRow, SessionState},
};

const SELECT: &str = "SELECT sessions.id, family, user_id, users.email, users.name, created_at,
    last_active_at, idle_deadline, absolute_deadline, remember_me, user_agent, address, generation,
    rotated_at, successor_seen_at, end_reason, version, grace_uses, auth_time
    FROM sessions JOIN users ON users.id = user_id WHERE ";

const LIVES: &str = "ended_at IS NULL AND min(idle_deadline, absolute_deadline) > ?1";

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let end_reason: Option<String> = row.get(15)?;
    Ok(SessionRow {
        id: row.get(0)?,
        family: row.get(1)?,
        user: User {
            id: row.get(2)?,
            email: row.get(3)?,
            name: row.get(4)?,
        },
        created_at: Moment(row.get(5)?),
        absolute_deadline: Moment(row.get(8)?),
        remember_me: row.get(9)?,
        user_agent: row.get(10)?,
        address: row.get(11)?,
        state: SessionState {
            last_active_at: Moment(row.get(6)?),
            idle_deadline: Moment(row.get(7)?),
            auth_time: Moment(row.get(18)?),
            generation: row.get(12)?,
            rotated_at: row.get::<_, Option<i64>>(13)?.map(Moment),
            successor_seen_at: row.get::<_, Option<i64>>(14)?.map(Moment),
            grace_uses: row.get(17)?,
        },
        version: row.get(16)?,
        ended: end_reason.map(|code| EndReason::parse(&code).unwrap_or(EndReason::NoSession)),
    })
}

/// Adds a session if its account exists and is not disabled; returns whether it did.
pub(super) fn insert(connection: &Connection, session: &SessionRow) -> rusqlite::Result<bool> {
    let state = &session.state;
    let added = connection.execute(
        "INSERT INTO sessions (id, family, user_id, created_at, last_active_at, idle_deadline,
             absolute_deadline, remember_me, user_agent, address, generation, rotated_at,
             successor_seen_at, version, grace_uses, auth_time)
         SELECT ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
         FROM users WHERE id = ?3 AND disabled_at IS NULL",
        params![
            session.id,
            session.family,
            session.user.id,
            session.created_at.0,
            state.last_active_at.0,
            state.idle_deadline.0,
            session.absolute_deadline.0,
            session.remember_me,
            session.user_agent,
            session.address,
            state.generation,
            state.rotated_at.map(|at| at.0),
            state.successor_seen_at.map(|at| at.0),
            session.version,
            state.grace_uses,
            state.auth_time.0,
        ],
    )?;
    Ok(added == 1)
}

/// Finds a session, living or ended.
pub(super) fn by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<SessionRow>> {
    connection
        .prepare_cached(&format!("{SELECT} sessions.id = ?1"))?
        .query_row([id], read)
        .optional()
}

/// Finds the sessions of refresh families, living or ended.
pub(super) fn by_families(
    connection: &Connection,
    families: &[String],
) -> rusqlite::Result<Vec<SessionRow>> {
    let mut by_family = connection.prepare_cached(&format!("{SELECT} family = ?1"))?;
    let found = families
        .iter()
        .filter_map(|family| by_family.query_row([family], read).optional().transpose());
    found.collect()
}

/// Replaces the state of a living session of this version; returns whether it was one.
pub(super) fn swap(
    connection: &Connection,
    id: &str,
    version: i64,
    next: &SessionState,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE sessions SET last_active_at = ?3, idle_deadline = ?4, auth_time = ?5,
                 generation = ?6, rotated_at = ?7, successor_seen_at = ?8, grace_uses = ?9,
                 version = version + 1
             WHERE id = ?1 AND version = ?2 AND ended_at IS NULL",
        )?
        .execute(params![
            id,
            version,
            next.last_active_at.0,
            next.idle_deadline.0,
            next.auth_time.0,
            next.generation,
            next.rotated_at.map(|at| at.0),
            next.successor_seen_at.map(|at| at.0),
            next.grace_uses,
        ])?;
    Ok(changed == 1)
}

/// Ends a session, one of this version if there is one named, and tells the feed; returns whether
/// it was this call that did.
pub(super) fn end(
    connection: &Connection,
    id: &str,
    version: Option<i64>,
    reason: EndReason,
    at: Moment,
) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE sessions SET ended_at = ?3, end_reason = ?4, version = version + 1
             WHERE id = ?1 AND (?2 IS NULL OR version = ?2) AND ended_at IS NULL",
        )?
        .execute(params![id, version, at.0, reason.code()])?;
    if changed == 1 {
        feed::append_end(connection, id, reason)?;
    }
    Ok(changed == 1)
}

/// Ends sessions together, some at a time, and tells the feed of each; returns which.
pub(super) fn cut(
    connection: &Connection,
    cut: &Cut,
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let whose = if cut.user.is_some() {
        "user_id = ?2"
    } else {
        "?2 IS NULL"
    };
    let ended = connection
        .prepare_cached(&format!(
            "UPDATE sessions SET ended_at = ?1, end_reason = ?3, version = version + 1
             WHERE id IN (SELECT id FROM sessions WHERE {LIVES} AND {whose} AND id IS NOT ?4
                 LIMIT ?5)
             RETURNING id"
        ))?
        .query_map(
            params![cut.at.0, cut.user, cut.reason.code(), cut.spared, most],
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    for id in &ended {
        feed::append_end(connection, id, cut.reason)?;
    }
    Ok(ended)
}

/// Lists the living sessions of a user, newest first.
pub(super) fn living_of_user(
    connection: &Connection,
    user: &str,
    now: Moment,
) -> rusqlite::Result<Vec<SessionRow>> {
    let order = "ORDER BY created_at DESC, sessions.id";
    connection
        .prepare_cached(&format!("{SELECT} {LIVES} AND user_id = ?2 {order}"))?
        .query_map(params![now.0, user], read)?
        .collect()
}

/// Lists the identifiers of all living sessions.
pub(super) fn living(connection: &Connection, now: Moment) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(&format!("SELECT id FROM sessions WHERE {LIVES}"))?
        .query_map([now.0], |row| row.get(0))?
        .collect()
}

/// Counts the living sessions.
pub(super) fn count_living(connection: &Connection, now: Moment) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(&format!("SELECT count(*) FROM sessions WHERE {LIVES}"))?
        .query_row([now.0], |row| row.get(0))
}

/// Lists the sessions whose time has passed but that nobody has ended yet.
pub(super) fn overdue(
    connection: &Connection,
    now: Moment,
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT id FROM sessions
             WHERE ended_at IS NULL AND min(idle_deadline, absolute_deadline) <= ?1 LIMIT ?2",
        )?
        .query_map(params![now.0, most], |row| row.get(0))?
        .collect()
}

/// Forgets sessions that ended before `before`.
pub(super) fn forget_ended(connection: &Connection, before: Moment) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM sessions WHERE ended_at < ?1", [before.0])
}
