//! Time as the client sees it: a reading of two clocks, handed in with every input.
//!
//! Invariant: deadlines live on the monotonic reading; the wall reading only reveals that the two
//! clocks drifted apart, as they do in sleep or when somebody sets the clock.

use std::time::Duration;

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Moment {
    /// Since the page began; never goes back (High Resolution Time, `performance.now`).
    pub monotonic: Duration,
    /// Since 1970 by the wall clock, which anybody may set.
    pub wall: Duration,
}
