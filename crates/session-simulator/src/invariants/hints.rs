//! What no hint, no timer and no tab may bring about.

use std::time::Duration;

use session_core::{Effect, LockName, Phase};
use session_protocol::{ClientMessage, TabNoticeKind};

use super::{Cause, Step};
use crate::{
    browser::{BrowserId, Page, session_hash},
    violation::Violation,
    world::World,
};

/// An activity that is older than this is not reported any more: the client's interval and a
/// second.
const FRESH: Duration = Duration::from_secs(31);

/// Takes note of a warning that is gone, and of leaders that the page hears of.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    if let Some(page) = world.page_mut(step.tab) {
        let is_warned = matches!(page.view.phase, Phase::Warned { .. });
        let was_warned = matches!(step.before.phase, Phase::Warned { .. });
        if was_warned && !is_warned {
            page.history.stay_wanted = false;
        }
        if page.view.epoch != step.before.epoch {
            page.history.highest = None;
        }
        let here = page.client.session_id().map(session_hash);
        if let Cause::Leader { term, session } = step.cause
            && here == Some(session)
        {
            page.history.highest = page.history.highest.max(Some(term));
        }
    }
}

/// Takes note of the terms that the page leads with.
pub(super) fn settle(world: &mut World, step: &Step<'_>) {
    if let Some(page) = world.page_mut(step.tab) {
        let terms = step.orders.iter().filter_map(term);
        page.history.highest = page.history.highest.max(terms.max());
    }
}

/// Returns the term with which an order speaks for a leader.
fn term(order: &Effect) -> Option<u64> {
    match order {
        Effect::NotifyTabs(notice) => match notice.kind {
            TabNoticeKind::Leading { term, .. } | TabNoticeKind::Update { term, .. } => Some(term),
            _ => None,
        },
        _ => None,
    }
}

/// S16: a new leader's term is higher than any that it has seen, and no tab speaks as leader of a
/// lower one.
///
/// # Errors
///
/// The term that is too low.
pub fn s16_terms_grow(page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    let Some(highest) = page.history.highest else {
        return Ok(());
    };
    let is_new = match step.cause {
        Cause::LockGranted(lock) => page.claims.get(&lock) == Some(&LockName::Leader),
        _ => false,
    };
    let too_low = |term: &u64| *term < highest || is_new && *term == highest;
    let found = step.orders.iter().filter_map(term).find(too_low);
    found.map_or(Ok(()), |term| {
        let what = format!("speaks as leader of term {term}, and knows of term {highest}");
        Err(step.broken("S16", what))
    })
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
        let reports = match order {
            Effect::SendMessage {
                message: ClientMessage::Activity,
                ..
            } => true,
            // A tab without a socket reports activity by an extension.
            Effect::RequestExtension { .. } => !page.history.stay_wanted,
            _ => false,
        };
        if reports && !is_fresh(world, step.tab.browser) {
            let touched = world.record.touched.get(&step.tab.browser);
            let name = order.name();
            let what = format!("{name}, and the user was active at {touched:?} at last");
            return Err(step.broken("S17", what));
        }
    }
    Ok(())
}

/// Returns whether the user was active in a browser a moment ago.
fn is_fresh(world: &World, browser: BrowserId) -> bool {
    let touched = world.record.touched.get(&browser);
    let clocks = world.browser(browser).map(|it| it.clocks);
    let now = clocks.map(|clocks| clocks.monotonic(world.now));
    let age = touched.zip(now).map(|(at, now)| now.saturating_sub(*at));
    age.is_some_and(|age| age <= FRESH)
}
