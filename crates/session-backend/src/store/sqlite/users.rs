//! Accounts.
//!
//! Invariant: addresses come normalized; there is one row for each.

use rusqlite::{Connection, OptionalExtension, Row, params};
use session_protocol::User;

use crate::{Moment, store::Account};

/// Adds an account; returns whether the address was free.
pub(super) fn insert(connection: &Connection, account: &Account) -> rusqlite::Result<bool> {
    let user = &account.user;
    let added = connection.execute(
        "INSERT INTO users (id, email, name, password_hash, disabled_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (email) DO NOTHING",
        params![
            user.id,
            user.email,
            user.name,
            account.password_hash,
            account.disabled_at.map(|at| at.0)
        ],
    )?;
    Ok(added == 1)
}

/// Finds an account by its address.
pub(super) fn by_email(connection: &Connection, email: &str) -> rusqlite::Result<Option<Account>> {
    connection
        .prepare_cached(
            "SELECT id, email, name, password_hash, disabled_at FROM users WHERE email = ?1",
        )?
        .query_row([email], |row| {
            Ok(Account {
                user: user(row)?,
                password_hash: row.get(3)?,
                disabled_at: row.get::<_, Option<i64>>(4)?.map(Moment),
            })
        })
        .optional()
}

/// Replaces a password hash that is still the one that was seen; returns whether it was.
pub(super) fn set_password(
    connection: &Connection,
    user: &str,
    seen: &str,
    password_hash: &str,
) -> rusqlite::Result<bool> {
    let changed = connection.execute(
        "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
        [user, seen, password_hash],
    )?;
    Ok(changed == 1)
}

/// Disables or enables an account; returns whose it is.
pub(super) fn set_disabled(
    connection: &Connection,
    email: &str,
    since: Option<Moment>,
) -> rusqlite::Result<Option<User>> {
    connection
        .query_row(
            "UPDATE users SET disabled_at = ?2 WHERE email = ?1 RETURNING id, email, name",
            params![email, since.map(|at| at.0)],
            user,
        )
        .optional()
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
    })
}
