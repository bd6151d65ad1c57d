//! Opening the file and bringing its tables up to date.
//!
//! Invariant: a step of the schema is applied whole or not at all, and once; a file from a later
//! version of the program is left alone.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, TransactionBehavior};

use crate::store::StoreError;

/// The steps by which the tables came to be what they are; `user_version` counts the applied ones.
const SCHEMA: [&str; 4] = [
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
];

/// How long opening waits for a lock that another process holds.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a statement waits for one; shorter than the callers' patience, so that they are told.
const BUSY_TIMEOUT: Duration = Duration::from_millis(500);

/// Opens the connection that writes, to a file or to memory.
pub(super) fn writer(file: Option<&Path>) -> Result<Connection, StoreError> {
    let mut connection = match file {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    connection.busy_timeout(OPEN_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    migrate(&mut connection)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Opens a connection that only reads; what is in memory has no second one.
pub(super) fn reader(file: Option<&Path>) -> Result<Option<Connection>, StoreError> {
    let Some(path) = file else {
        return Ok(None);
    };
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(Some(connection))
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = transaction.query_row("PRAGMA user_version", [], |row| row.get::<_, usize>(0))?;
    let Some(missing) = SCHEMA.get(found..) else {
        return Err(StoreError::new(format!(
            "expected tables of version {} at most, found {found}; use the program that made them",
            SCHEMA.len()
        )));
    };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA.len())?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_first_version_keeps_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(SCHEMA[0]).unwrap();
        old.execute_batch(
            "INSERT INTO users VALUES ('u', 'a@example.com', 'A', 'hash');
             INSERT INTO sessions (id, family, user_id, created_at, last_active_at, idle_deadline,
                 absolute_deadline, remember_me, user_agent, address)
             VALUES ('s', 'f', 'u', 7, 8, 9, 10, 0, '', '')",
        )
        .unwrap();
        drop(old);
        for _ in 0..2 {
            let connection = writer(Some(&path)).unwrap();
            let auth_time = connection
                .query_row("SELECT auth_time + version FROM sessions", [], |row| {
                    row.get::<_, i64>(0)
                })
                .unwrap();
            assert_eq!(auth_time, 7);
        }
    }

    #[test]
    fn a_file_of_a_later_version_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let later = Connection::open(&path).unwrap();
        later.pragma_update(None, "user_version", 99).unwrap();
        let refused = writer(Some(&path)).unwrap_err().to_string();
        assert!(refused.contains("found 99"), "{refused}");
        let tables: i64 = later
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 0);
    }
}
