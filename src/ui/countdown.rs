//! Seconds until a deadline, computed from the clock at each tick and never decremented, so that a
//! tick that comes late or not at all leaves no trace.

use std::time::Duration;

use leptos::prelude::With as _;
use session_core::{Phase, SessionView, Warning};

use super::{
    element::{El, el},
    reactive::{Var, effect, memo},
    words::words,
};
use crate::service::{Session, Timer};

/// Appends the time that a warning leaves, for eyes at each second, and spoken at few moments.
pub(super) fn countdown(place: El, session: Session) -> El {
    let words = words();
    let ends_at = move || {
        let warning = session.view().with(warning_of);
        warning.map(|warning| warning.ends_at).unwrap_or_default()
    };
    let left = seconds_left(session, ends_at);
    let announced = memo(move || spoken(left.get()).unwrap_or(0));
    let announcement = move || match announced.get() {
        0 => String::new(),
        _ => [
            left.get_untracked().to_string().as_str(),
            " ",
            words.seconds_left,
        ]
        .concat(),
    };
    let timer = el("p.countdown role=timer aria-live=off")
        .attr("aria-label", words.time_left)
        .live_text(move || clock_text(left.get()));
    place
        .child(timer)
        .child(el("p.visually-hidden role=status").live_text(announcement))
}

/// Returns the warning that is shown; there is none between the end of a warning and the going of
/// its dialog.
pub(super) fn warning_of(view: &SessionView) -> Option<Warning> {
    match &view.phase {
        Phase::Warned { warning, .. } => Some(*warning),
        Phase::Restoring
        | Phase::Anonymous { .. }
        | Phase::Active { .. }
        | Phase::Expired { .. }
        | Phase::LoggingOut => None,
    }
}

/// Returns the whole seconds that are left, rounded up; never negative, never growing by itself.
fn seconds_left(session: Session, ends_at: impl Fn() -> Duration + Copy + 'static) -> Var<u64> {
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
fn spoken(seconds: u64) -> Option<u64> {
    SPOKEN.into_iter().find(|moment| seconds <= *moment)
}

/// Writes seconds as minutes and seconds, `1:05`.
fn clock_text(seconds: u64) -> String {
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
