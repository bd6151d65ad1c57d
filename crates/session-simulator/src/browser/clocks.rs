//! The two clocks of a browser, against the true time of the world.
//!
//! Invariants: the monotonic clock never goes back, and runs as fast as the true time or not at
//! all; the wall clock goes wherever somebody sets it.

use std::time::Duration;

/// Where the wall clock stands when the world begins, since 1970.
const WALL_AT_START: Duration = Duration::from_secs(1_700_000_000);

/// The clocks of one browser.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Clocks {
    /// How long the monotonic clock stood still in sleep.
    stood_still: Duration,
    /// How far somebody set the wall clock, in milliseconds.
    wall_shift: i64,
}

impl Clocks {
    /// Reads the monotonic clock.
    #[must_use]
    pub fn monotonic(&self, now: Duration) -> Duration {
        now.saturating_sub(self.stood_still)
    }

    /// Returns the true time at which the monotonic clock will show this, unless it stands still.
    #[must_use]
    pub fn true_time(&self, monotonic: Duration) -> Duration {
        monotonic.saturating_add(self.stood_still)
    }

    /// Reads the wall clock.
    #[must_use]
    pub fn wall(&self, now: Duration) -> Duration {
        let shift = Duration::from_millis(self.wall_shift.unsigned_abs());
        let straight = WALL_AT_START.saturating_add(now);
        if self.wall_shift < 0 {
            straight.saturating_sub(shift)
        } else {
            straight.saturating_add(shift)
        }
    }

    /// Sets the wall clock forward or back by this many milliseconds.
    pub const fn jump(&mut self, millis: i64) {
        self.wall_shift = self.wall_shift.saturating_add(millis);
    }

    /// The monotonic clock stood still for this time.
    pub const fn stood_still(&mut self, time: Duration) {
        self.stood_still = self.stood_still.saturating_add(time);
    }
}
