//! How an HTTP call can fail, and what that says about the session.
//!
//! Invariant: only a 401 with a known code is a verdict. Everything the network or an overloaded
//! server can do is transient and ends nothing.

use std::time::Duration;

use session_protocol::EndReason;

use crate::policy::LONGEST_RETRY_AFTER;

/// A call that gave no usable answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HttpFailure {
    /// The server could not be reached.
    Unreachable,
    /// No answer within the request timeout.
    TimedOut,
    /// An answer that cannot be read, such as a proxy's HTML page with status 200.
    Garbled,
    /// The server refused.
    Refused {
        /// HTTP status.
        status: u16,
        /// Code of the problem body; empty if there was none.
        code: String,
        /// `Retry-After`, if it was a number of seconds.
        retry_after: Option<Duration>,
    },
}

impl HttpFailure {
    /// Returns the verdict: why the session ended, if this answer says that it did.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        match self {
            Self::Refused {
                status: 401, code, ..
            } => EndReason::from_problem_code(code),
            Self::Refused { .. } => None,
            Self::Unreachable => None,
            Self::TimedOut => None,
            Self::Garbled => None,
        }
    }

    /// Returns whether the same call may succeed later although nothing changed here.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Unreachable => true,
            Self::TimedOut => true,
            Self::Garbled => true,
        }
    }

    /// Returns how long the server asked to wait, an hour at most: a mistyped number must not keep
    /// a page away for years.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => {
                retry_after.map(|told| told.min(LONGEST_RETRY_AFTER))
            }
            Self::Unreachable => None,
            Self::TimedOut => None,
            Self::Garbled => None,
        }
    }

    /// Returns a short text for the timeline.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Refused { status, code, .. } => [&status.to_string(), " ", code].concat(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::TimedOut => "timed out".to_owned(),
            Self::Garbled => "unreadable answer".to_owned(),
        }
    }
}
