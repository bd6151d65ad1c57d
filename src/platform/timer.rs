//! One timeout.

use std::time::Duration;

use gloo_timers::callback::Timeout;

/// Longest delay a browser keeps; a longer one would fire at once (HTML, timers: the delay is a
/// signed 32-bit number of milliseconds).
pub const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// A timeout that is cancelled when it is dropped.
#[derive(Debug)]
#[must_use = "a dropped timer never fires"]
pub struct Timer {
    _timeout: Timeout,
}

impl Timer {
    /// Calls `callback` once after `delay`, at the earliest; a delay beyond [`LONGEST`] is cut, so
    /// the callback has to look at the clock.
    pub fn after(delay: Duration, callback: impl FnOnce() + 'static) -> Self {
        // Timeouts may fire a little early against the coarsened clock, so a millisecond is added.
        let millis = delay.min(LONGEST).as_millis();
        let millis = u32::try_from(millis).unwrap_or(u32::MAX).saturating_add(1);
        Self {
            _timeout: Timeout::new(millis.min(i32::MAX as u32), callback),
        }
    }
}
