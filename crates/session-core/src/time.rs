//! Time as the client sees it: a reading of two clocks, handed in with every input.
//!
//! Invariant: deadlines live on the monotonic reading; the wall reading only reveals that the two
//! clocks drifted apart, as they do in sleep or when somebody sets the clock.

use std::time::Duration;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Moment {
    /// Since the page began; never goes back (High Resolution Time, `performance.now`).
    pub monotonic: Duration,
    /// Since 1970 by the wall clock, which anybody may set.
    pub wall: Duration,
}

/// Notices when the two clocks drift apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DriftWatch(Moment);

impl DriftWatch {
    /// Largest drift that is taken for noise, 5 s. Smaller would ask the server after every clock
    /// adjustment; larger would trust a deadline after a short sleep.
    const TOLERANCE: Duration = Duration::from_secs(5);

    pub(crate) const fn new(now: Moment) -> Self {
        Self(now)
    }

    /// Returns whether the clocks drifted since the last report, and starts over if they did.
    pub(crate) fn drifted(&mut self, now: Moment) -> bool {
        let monotonic = now.monotonic.saturating_sub(self.0.monotonic);
        let expected = self.0.wall.saturating_add(monotonic);
        let drifted = now.wall.abs_diff(expected) > Self::TOLERANCE;
        if drifted {
            self.0 = now;
        }
        drifted
    }
}
