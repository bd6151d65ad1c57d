//! Samples both clocks of the browser.

use std::time::Duration;

use session_core::Moment;

/// Reads the monotonic and the wall clock (High Resolution Time; `Date`).
#[must_use]
pub fn now() -> Moment {
    let monotonic = super::window()
        .performance()
        .map_or(0.0, |performance| performance.now());
    Moment {
        monotonic: from_millis(monotonic),
        wall: from_millis(js_sys::Date::now()),
    }
}

fn from_millis(millis: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float to integer cast saturates; microseconds since 1970 fit in 64 bits"
    )]
    Duration::from_micros((millis * 1000.0) as u64)
}
