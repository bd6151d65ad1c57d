//! Whether a connection whose answers are late is slow or gone.
//!
//! Invariant: an answer that is late fails the call that waits for it, and no other; given up is only
//! a connection that has answered nobody for [`LONGEST_SILENCE`].

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A connection that answers nobody for so long is broken. It is longer than one call waits.
pub(super) const LONGEST_SILENCE: Duration = Duration::from_millis(2_500);

/// Since when nobody has been answered.
#[derive(Debug, Default)]
pub(super) struct Silence(Mutex<Option<Instant>>);

impl Silence {
    /// Somebody was answered.
    pub(super) fn end(&self) {
        *self.lock() = None;
    }

    /// What was asked at `asked` has not been answered in time; returns whether that is too long.
    pub(super) fn is_too_long(&self, asked: Instant, now: Instant) -> bool {
        let since = *self.lock().get_or_insert(asked);
        now.saturating_duration_since(since) >= LONGEST_SILENCE
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_answers_break_a_connection_only_if_they_are_all_there_is() {
        let (silence, start) = (Silence::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..100 {
            assert!(!silence.is_too_long(at(0), at(1_000)), "calls at once");
        }
        assert!(!silence.is_too_long(at(1_000), at(2_000)));
        assert!(silence.is_too_long(at(2_000), at(3_000)), "three in a row");
        silence.end();
        assert!(!silence.is_too_long(at(9_000), at(10_000)));
    }
}
