//! Seconds until a deadline, computed from the clock at each tick and never decremented, so that a
//! tick that comes late or not at all leaves no trace.

use std::time::Duration;

use super::reactive::{Var, effect, memo};
use crate::service::{Session, Timer};

/// Returns the whole seconds that are left, rounded up; never negative, never growing by itself.
pub(super) fn seconds_left(
    session: Session,
    ends_at: impl Fn() -> Duration + Copy + 'static,
) -> Var<u64> {
    let now = Var::new(session.now());
    let timer = Var::new(None::<Timer>);
    effect(move || {
        let left = ends_at().saturating_sub(now.get());
        // The next tick comes when the next whole second begins.
        let next = Duration::from_millis(u64::from(left.subsec_millis()).max(20));
        let tick = (!left.is_zero()).then(|| Timer::after(next, move || now.set(session.now())));
        timer.update_quietly(|timer| *timer = tick);
    });
    memo(move || {
        let left = ends_at().saturating_sub(now.get());
        left.as_secs() + u64::from(left.subsec_millis() > 0)
    })
}

/// Moments at which the rest is spoken, in seconds before the end. Few, because a screen reader
/// interrupts its user each time (WCAG 2.2.4).
const SPOKEN: [u64; 5] = [10, 20, 30, 60, 120];

/// Returns the latest spoken moment that has passed.
pub(super) fn spoken(seconds: u64) -> Option<u64> {
    SPOKEN.into_iter().find(|moment| seconds <= *moment)
}

/// Writes seconds as minutes and seconds, `1:05`.
pub(super) fn clock_text(seconds: u64) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let padding = if seconds < 10 { ":0" } else { ":" };
    [
        minutes.to_string().as_str(),
        padding,
        seconds.to_string().as_str(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_reads_like_a_clock() {
        assert_eq!(clock_text(0), "0:00");
        assert_eq!(clock_text(65), "1:05");
        assert_eq!(clock_text(610), "10:10");
    }

    #[test]
    fn two_minutes_are_spoken_at_most_six_times() {
        let mut said: Vec<_> = (0..=120).rev().map(spoken).collect();
        said.dedup();
        assert_eq!(said, [Some(120), Some(60), Some(30), Some(20), Some(10)]);
        assert_eq!(spoken(121), None);
    }
}
