//! Accounts.
//!
//! Invariant: an email address is stored trimmed and in lower case, and there is one account for it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use session_protocol::User;

/// An account.
#[derive(Clone)]
pub(crate) struct Account {
    /// Who it is.
    pub(crate) user: User,
    /// Argon2id hash of the password, in PHC format.
    pub(crate) password_hash: String,
}

/// Brings an email address into the form that is stored.
pub(crate) fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Adds an account; returns whether the address was free.
pub(crate) fn insert(connection: &Connection, account: &Account) -> rusqlite::Result<bool> {
    let user = &account.user;
    let added = connection.execute(
        "INSERT INTO users (id, email, name, password_hash) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (email) DO NOTHING",
        params![user.id, user.email, user.name, account.password_hash],
    )?;
    Ok(added == 1)
}

/// Finds an account by its address.
pub(crate) fn by_email(connection: &Connection, email: &str) -> rusqlite::Result<Option<Account>> {
    connection
        .query_row(
            "SELECT id, email, name, password_hash FROM users WHERE email = ?1",
            [email],
            |row| {
                Ok(Account {
                    user: user(row)?,
                    password_hash: row.get(3)?,
                })
            },
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
