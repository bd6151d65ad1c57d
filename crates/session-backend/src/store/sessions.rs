//! Sessions and their refresh families, one row each.
//!
//! Invariants: every statement that changes a session says `ended_at IS NULL`, so an ended session
//! never lives again and its first reason stays; `absolute_deadline` is written once.

use rusqlite::{Connection, OptionalExtension, Row, params};
use session_protocol::{EndReason, User};

use crate::clock::Moment;

/// A session as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    /// Identifier; not a credential.
    pub(crate) id: String,
    /// Identifier of the refresh family; names the cookie.
    pub(crate) family: String,
    /// Whose session it is.
    pub(crate) user: User,
    /// Login.
    pub(crate) created_at: Moment,
    /// Last activity or extension.
    pub(crate) last_active_at: Moment,
    /// The session ends here unless there is activity before.
    pub(crate) idle_deadline: Moment,
    /// The session ends here.
    pub(crate) absolute_deadline: Moment,
    /// Whether the cookie outlives the browser.
    pub(crate) remember_me: bool,
    /// `User-Agent` of the login.
    pub(crate) user_agent: String,
    /// Network address of the login.
    pub(crate) address: String,
    /// Generation of the current refresh token.
    pub(crate) generation: i64,
    /// When the current refresh token replaced its predecessor.
    pub(crate) rotated_at: Option<Moment>,
    /// When the current refresh token, or an access token issued with it, was first presented.
    pub(crate) successor_seen_at: Option<Moment>,
    /// Why it ended, once it has.
    pub(crate) ended: Option<EndReason>,
}

const COLUMNS: &str = "sessions.id, family, user_id, users.email, users.name, created_at,
    last_active_at, idle_deadline, absolute_deadline, remember_me, user_agent, address, generation,
    rotated_at, successor_seen_at, end_reason";

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
        last_active_at: Moment(row.get(6)?),
        idle_deadline: Moment(row.get(7)?),
        absolute_deadline: Moment(row.get(8)?),
        remember_me: row.get(9)?,
        user_agent: row.get(10)?,
        address: row.get(11)?,
        generation: row.get(12)?,
        rotated_at: row.get::<_, Option<i64>>(13)?.map(Moment),
        successor_seen_at: row.get::<_, Option<i64>>(14)?.map(Moment),
        ended: end_reason.map(|code| EndReason::parse(&code).unwrap_or(EndReason::NoSession)),
    })
}

/// Adds a session.
pub(crate) fn insert(connection: &Connection, session: &SessionRow) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO sessions (id, family, user_id, created_at, last_active_at, idle_deadline,
             absolute_deadline, remember_me, user_agent, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            session.id,
            session.family,
            session.user.id,
            session.created_at.0,
            session.last_active_at.0,
            session.idle_deadline.0,
            session.absolute_deadline.0,
            session.remember_me,
            session.user_agent,
            session.address,
        ],
    )?;
    Ok(())
}

/// Finds a session, living or ended.
pub(crate) fn by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<SessionRow>> {
    find(connection, "sessions.id = ?1", id)
}

/// Finds the session of a refresh family, living or ended.
pub(crate) fn by_family(
    connection: &Connection,
    family: &str,
) -> rusqlite::Result<Option<SessionRow>> {
    find(connection, "family = ?1", family)
}

fn find(
    connection: &Connection,
    condition: &str,
    key: &str,
) -> rusqlite::Result<Option<SessionRow>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM sessions JOIN users ON users.id = user_id WHERE {condition}"
    );
    connection
        .prepare_cached(&statement)?
        .query_row([key], read)
        .optional()
}

/// Lists the living sessions of a user, newest first.
pub(crate) fn living_of_user(
    connection: &Connection,
    user: &str,
    now: Moment,
) -> rusqlite::Result<Vec<SessionRow>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM sessions JOIN users ON users.id = user_id
         WHERE user_id = ?1 AND ended_at IS NULL AND min(idle_deadline, absolute_deadline) > ?2
         ORDER BY created_at DESC, sessions.id"
    );
    connection
        .prepare_cached(&statement)?
        .query_map(params![user, now.0], read)?
        .collect()
}

/// Lists the identifiers of all living sessions.
pub(crate) fn living(connection: &Connection, now: Moment) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT id FROM sessions
             WHERE ended_at IS NULL AND min(idle_deadline, absolute_deadline) > ?1",
        )?
        .query_map([now.0], |row| row.get(0))?
        .collect()
}

/// Counts the living sessions.
pub(crate) fn count_living(connection: &Connection, now: Moment) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "SELECT count(*) FROM sessions
             WHERE ended_at IS NULL AND min(idle_deadline, absolute_deadline) > ?1",
        )?
        .query_row([now.0], |row| row.get(0))
}

/// Lists the sessions whose time has passed but that nobody has ended yet.
pub(crate) fn overdue(connection: &Connection, now: Moment) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT id FROM sessions
             WHERE ended_at IS NULL AND min(idle_deadline, absolute_deadline) <= ?1",
        )?
        .query_map([now.0], |row| row.get(0))?
        .collect()
}

/// Moves the idle deadline; returns whether the session still lived.
pub(crate) fn move_idle_deadline(
    connection: &Connection,
    id: &str,
    last_active_at: Moment,
    idle_deadline: Moment,
) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "UPDATE sessions SET last_active_at = ?2, idle_deadline = ?3
         WHERE id = ?1 AND ended_at IS NULL",
        params![id, last_active_at.0, idle_deadline.0],
    )?;
    Ok(changed == 1)
}

/// Ends a session; returns whether it was this call that did.
pub(crate) fn end(
    connection: &Connection,
    id: &str,
    reason: EndReason,
    now: Moment,
) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "UPDATE sessions SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL",
        params![id, now.0, reason.code()],
    )?;
    Ok(changed == 1)
}

/// Replaces the refresh token of `generation` by its successor; returns whether that token was
/// still the current one of a living family.
pub(crate) fn advance_generation(
    connection: &Connection,
    family: &str,
    generation: i64,
    now: Moment,
) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "UPDATE sessions
         SET generation = generation + 1, rotated_at = ?3, successor_seen_at = NULL
         WHERE family = ?1 AND generation = ?2 AND ended_at IS NULL",
        params![family, generation, now.0],
    )?;
    Ok(changed == 1)
}

/// The current refresh token is issued again: its grace begins anew.
pub(crate) fn issue_again(
    connection: &Connection,
    family: &str,
    now: Moment,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE sessions SET rotated_at = ?2 WHERE family = ?1 AND ended_at IS NULL",
        params![family, now.0],
    )?;
    Ok(())
}

/// Remembers that what was issued with the current generation has reached the client.
pub(crate) fn mark_seen(
    connection: &Connection,
    id: &str,
    generation: i64,
    now: Moment,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE sessions SET successor_seen_at = ?3
         WHERE id = ?1 AND generation = ?2 AND successor_seen_at IS NULL",
        params![id, generation, now.0],
    )?;
    Ok(())
}

/// Forgets sessions that ended before `before`.
pub(crate) fn forget_ended(connection: &Connection, before: Moment) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM sessions WHERE ended_at < ?1", [before.0])
}
