//! Logs: one JSON record a line on standard error, times in UTC.
//!
//! Invariants: no token, password or cookie is ever a field; sessions and
//! accounts appear as keyed hashes; the encoder escapes line breaks, so a client cannot forge a record.

use std::io;

use tracing::level_filters::LevelFilter;

/// Sends the logs of this process to standard error. A second call changes nothing.
pub(crate) fn install(level: LevelFilter) {
    let installed = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level)
        .with_writer(io::stderr)
        .try_init();
    if installed.is_err() {
        tracing::debug!("logs are installed already");
    }
}
