//! The SQLite store: one writer, two readers, statements in one file per table.
//!
//! Invariants: a commit that returned has reached the disk (`synchronous=FULL`), so a rotation or
//! an end of session survives `kill -9`; writes that wait for the disk share one commit; whoever
//! waits longer than [`PATIENCE`] is told so, and what he asked for is not begun any more.

mod connect;
mod feed;
mod homes;
mod notes;
mod sessions;
mod store;
mod uploads;
mod users;
mod worker;

use std::time::Duration;

pub(super) use store::SqliteStore;

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(1);
