//! The SQLite store: one connection, durable commits, statements in one file per table.
//!
//! Invariants: a commit that returned has reached the disk (`synchronous=FULL`), so a rotation or
//! an end of session survives `kill -9`; no password and no token is stored, only password hashes;
//! a failure of the store is a [`StoreError`], which callers answer with 503, never with 401.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;

use crate::StoreLocation;

pub(crate) mod notes;
pub(crate) mod sessions;
pub(crate) mod uploads;
pub(crate) mod users;

const SCHEMA: &str = include_str!("schema.sql");

/// How long a statement waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// The store failed; nothing is known about what was asked.
#[derive(Debug)]
pub struct StoreError(String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store failed: {}", self.0)
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

/// A handle to the store.
#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the store and brings its tables up to date.
    pub(crate) fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        let connection = match location {
            StoreLocation::Memory => Connection::open_in_memory()?,
            StoreLocation::File(path) => Connection::open(path)?,
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs `work` on the connection, away from the threads that serve requests.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.run_blocking(work))
            .await
            .map_err(|error| StoreError(error.to_string()))?
    }

    /// Runs `work` on the connection on this thread.
    pub(crate) fn run_blocking<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(work(&mut connection)?)
    }
}
