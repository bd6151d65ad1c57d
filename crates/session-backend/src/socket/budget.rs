//! How much a client may send, and how often it may send nonsense.
//!
//! Invariant: both counts only ever lead to a close; a client inside them notices nothing.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use session_protocol::{CloseCode, WireError};

/// Messages that a client may send in [`WINDOW`].
///
/// # Source
///
/// OWASP WebSocket Security, rate limiting.
pub(crate) const MOST_MESSAGES: usize = 100;
pub(crate) const WINDOW: Duration = Duration::from_secs(60);
/// Refused messages after which a socket is closed; chosen by us, enough to see a pattern.
pub(crate) const MOST_VIOLATIONS: u32 = 5;

/// What a client has used up.
#[derive(Debug, Default)]
pub(super) struct Budget {
    times: VecDeque<Instant>,
    violations: u32,
}

impl Budget {
    /// Counts a message; returns whether it was still within the rate.
    pub(super) fn message(&mut self, now: Instant) -> bool {
        while self
            .times
            .front()
            .is_some_and(|time| now.saturating_duration_since(*time) >= WINDOW)
        {
            self.times.pop_front();
        }
        self.times.push_back(now);
        self.times.len() <= MOST_MESSAGES
    }

    /// Counts a refused message; returns whether the socket is to be closed.
    pub(super) fn violation(&mut self) -> bool {
        self.violations += 1;
        self.violations >= MOST_VIOLATIONS
    }
}

/// Returns the close code for too many messages that were refused like this.
pub(super) fn close_code(error: &WireError) -> CloseCode {
    match error {
        WireError::Binary => CloseCode::UNSUPPORTED_DATA,
        WireError::TooLarge { .. } => CloseCode::MESSAGE_TOO_BIG,
        WireError::TooDeep
        | WireError::NotJson
        | WireError::NotAnObject
        | WireError::MissingType
        | WireError::UnknownType { .. }
        | WireError::MissingField { .. }
        | WireError::WrongField { .. } => CloseCode::POLICY_VIOLATION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundred_and_first_message_in_a_minute_is_too_many() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        assert!((0..MOST_MESSAGES).all(|_| budget.message(start)));
        assert!(!budget.message(start));
        assert!(budget.message(start + WINDOW));
    }
}
