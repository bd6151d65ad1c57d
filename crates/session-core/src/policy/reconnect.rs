//! Reconnecting: how waits grow, and what is counted.

use std::time::Duration;

/// First limit of the growing wait between attempts; it doubles with each failure.
pub const BACKOFF_BASE: Duration = Duration::from_millis(500);

/// Largest limit of that wait; a server that is back is found within this time.
pub const BACKOFF_CAP: Duration = Duration::from_secs(30);

/// Longest window for coming back after a restart that is believed: 20 s spread 10,000 clients
/// (chosen by us), so a minute is ample.
pub const LONGEST_WINDOW: Duration = Duration::from_secs(60);

/// Refused handshakes in a row after which the server is asked over HTTP, because the browser
/// hides why a handshake was refused.
pub const REFUSED_LIMIT: u32 = 2;

/// Questions in a row that are answered 401 without a known code, after which the backend counts as
/// one that does not know the call.
pub const UNAUTHORIZED_LIMIT: u32 = 7;

/// Protocol faults after which no reconnect follows, unless a connection was sound in between.
pub const FAULT_LIMIT: u32 = 3;

/// Questions for a leader that do not come back on a tab's own channel, after which it shares
/// nothing.
pub const UNHEARD_LIMIT: u32 = 3;
