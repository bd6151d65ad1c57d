//! What no hint, no timer and no tab may bring about.

use std::time::Duration;

use session_core::{Effect, Phase};
use session_protocol::ClientMessage;

use super::Step;
use crate::{browser::Page, violation::Violation, world::World};

/// An activity that is older than this is not reported any more: the client's interval and a
/// second.
const FRESH: Duration = Duration::from_secs(31);

/// Takes note of a warning that is gone.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    if let Some(page) = world.page_mut(step.tab) {
        let is_warned = matches!(page.view.phase, Phase::Warned { .. });
        let was_warned = matches!(step.before.phase, Phase::Warned { .. });
        if was_warned && !is_warned {
            page.history.stay_wanted = false;
        }
    }
}

/// S13: a hint of another tab, forged or stale or true, never lets a session live and never moves
/// its end away.
///
/// # Errors
///
/// What the hint granted.
pub fn s13_a_hint_grants_nothing(page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    if !step.cause.is_notice() {
        return Ok(());
    }
    if page.lives() && !step.lived() {
        return Err(step.broken("S13", "a notice of another tab let a session live"));
    }
    let Phase::Warned { warning: old, .. } = &step.before.phase else {
        return Ok(());
    };
    match &page.view.phase {
        Phase::Active { .. } => {
            Err(step.broken("S13", "a notice of another tab took a warning away"))
        }
        Phase::Warned { warning: new, .. } if new.ends_at > old.ends_at => {
            Err(step.broken("S13", "a notice of another tab moved a deadline away"))
        }
        Phase::Warned { .. }
        | Phase::Restoring
        | Phase::Anonymous { .. }
        | Phase::Expired { .. }
        | Phase::LoggingOut => Ok(()),
    }
}

/// S17, the client's part: activity is reported only if the user was active, and an extension is
/// asked for only if the user asked for it.
///
/// # Errors
///
/// The order that no act of the user led to.
pub fn s17_only_users_extend(world: &World, page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    for order in step.orders {
        match order {
            Effect::SendMessage {
                message: ClientMessage::Activity,
                ..
            } => {
                let browser = step.tab.browser;
                let touched = world.record.touched.get(&browser).copied();
                let clocks = world.browser(browser).map(|it| it.clocks);
                let now = clocks.map(|clocks| clocks.monotonic(world.now));
                let is_fresh = touched
                    .zip(now)
                    .is_some_and(|(touched, now)| now.saturating_sub(touched) <= FRESH);
                if !is_fresh {
                    let what = format!("activity is reported, the last was at {touched:?}");
                    return Err(step.broken("S17", what));
                }
            }
            Effect::RequestExtension { .. } if !page.history.stay_wanted => {
                return Err(step.broken("S17", "an extension that the user did not ask for"));
            }
            _ => {}
        }
    }
    Ok(())
}
