//! Reports of the user's activity: the first at once, then at most one in an interval.
//!
//! A report goes by the socket, or by a call if there is none for a while. One that could not go out
//! in time is dropped: sent after a long reconnect it would prolong the session of somebody who left.
//! Only a report moves the server's idle deadline; heartbeats,
//! refreshes and updates are not activity.
//!
//! Source: OWASP ASVS 5.0, 7.3.1 (inactivity timeout).

use std::time::Duration;

/// The activity part of the client.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Activity {
    /// Nothing was reported lately; the next activity is reported at once.
    Quiet,
    /// A report went out; the next may follow at `next`.
    Reported { next: Duration },
    /// The user was active; a report is due at `next`.
    Pending { next: Duration, noted: Duration },
}

impl Activity {
    /// Takes an activity in: a report is due at once, or when the interval allows.
    pub(crate) fn note(&mut self, now: Duration) {
        *self = match *self {
            Self::Quiet => Self::Pending {
                next: now,
                noted: now,
            },
            Self::Reported { next } | Self::Pending { next, .. } => {
                Self::Pending { next, noted: now }
            }
        };
    }

    /// Counts the pending report as sent, unless it is older than the interval: then it is dropped.
    /// Returns whether it is to be sent.
    pub(crate) fn take(&mut self, now: Duration, interval: Duration) -> bool {
        match *self {
            Self::Pending { noted, .. } if now > noted.saturating_add(interval) => {
                *self = Self::Quiet;
                false
            }
            Self::Pending { .. } => {
                self.reported(now, interval);
                true
            }
            Self::Quiet | Self::Reported { .. } => false,
        }
    }

    /// A report went out elsewhere: none is due for an interval.
    pub(crate) fn reported(&mut self, now: Duration, interval: Duration) {
        *self = Self::Reported {
            next: now.saturating_add(interval),
        };
    }

    /// Returns when the pending report is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match *self {
            Self::Quiet => None,
            Self::Reported { .. } => None,
            Self::Pending { next, .. } => Some(next),
        }
    }
}
