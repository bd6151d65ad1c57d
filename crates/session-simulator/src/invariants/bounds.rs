//! How much, how often, how many at once.

use std::time::Duration;

use session_core::{
    Effect, LockName, RequestId,
    policy::{RATES, Rate},
};

use super::{Cause, Step};
use crate::{
    browser::{Page, TabId},
    network::Asks,
    violation::Violation,
    world::World,
};

/// A leader that is hidden gives the lead away after 5 s, so that this many hand-overs fit into a
/// minute.
const HAND_OVERS: Rate = Rate {
    gap: Duration::ZERO,
    sustained: Duration::from_secs(5),
    burst: 1,
};

/// Which rate bounds an order, if one does.
fn rate_of(order: &Effect, cause: Cause) -> Option<(usize, Rate, &'static str)> {
    match order {
        Effect::RequestRefresh { .. } => Some((0, RATES.refresh, "refreshes")),
        Effect::AskSession { .. } => Some((1, RATES.inquiry, "questions")),
        Effect::OpenSocket { .. } => Some((2, RATES.connect, "handshakes")),
        Effect::RequestExtension { .. } => Some((3, RATES.extension, "extensions")),
        Effect::RequestLogout { .. } => Some((4, RATES.logout, "logouts")),
        // A tab that the leader named takes the lock past the queue and robs nobody.
        Effect::RequestLock {
            name: LockName::Leader,
            steal: true,
            ..
        } => Some(if cause == Cause::Notice {
            (6, HAND_OVERS, "hand-overs")
        } else {
            (5, RATES.steal, "steals")
        }),
        _ => None,
    }
}

/// Notes which refreshes nobody waits for any more, and counts the attempts of a step against
/// their bounds.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    let starts_over = |page: &Page| {
        page.view.epoch != step.before.epoch
            || page.session() != step.was_in
            || step.cause == Cause::LoginNotice
    };
    let page = world.page(step.tab).filter(|page| starts_over(page));
    if let Some(page) = page.map(|page| page.id) {
        for call in world.calls.iter_mut().filter(|call| call.page == page) {
            call.is_superseded = true;
        }
    }
    let now = world.now;
    if let Some(page) = world.page_mut(step.tab) {
        let refreshes = |order: &Effect| matches!(order, Effect::RequestRefresh { .. });
        let asked = step.orders.iter().any(refreshes);
        let waits = page.client.state_names()[1] == "Refreshing" && !asked;
        let since = page.history.waits_since.get_or_insert(now);
        page.history.waits_since.0 = Some(*since).filter(|_| waits);
    }
    let mut kept = Ok(());
    for order in step.orders {
        let Some((kind, rate, name)) = rate_of(order, step.cause) else {
            continue;
        };
        let page = world.page_mut(step.tab);
        let attempts = page.and_then(|page| page.history.attempts.get_mut(kind));
        let count = attempts.map_or(0, |attempts| attempts.note(step.moment.monotonic));
        kept = kept.and(l8_no_loop_without_a_bound(step, name, count, rate));
    }
    world.expect(kept);
}

/// L8: whatever could loop is bounded in each minute.
///
/// # Errors
///
/// What happened more often than its rate allows.
pub fn l8_no_loop_without_a_bound(
    step: &Step<'_>,
    name: &str,
    count: usize,
    rate: Rate,
) -> Result<(), Violation> {
    let most = usize::try_from(rate.most_in_a_minute()).unwrap_or(usize::MAX);
    if count <= most {
        return Ok(());
    }
    let what = format!("{count} {name} in a minute, expected {most} at most");
    Err(step.broken("L8", what))
}

/// L8 as far as a step shows it: after each step the client plans for later, or its timer would fire
/// at once and for ever.
///
/// # Errors
///
/// The deadline that has passed.
pub fn l8_the_next_deadline_lies_ahead(page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    let now = step.moment.monotonic;
    let passed = page.client.next_deadline().filter(|at| *at <= now);
    passed.map_or(Ok(()), |at| {
        let names = page.client.state_names();
        let what = format!("a deadline of {at:?} is left at {now:?} in {names:?}");
        Err(step.broken("L8", what))
    })
}

/// L7 as far as a moment shows it: a request of the application has one outcome and no more.
///
/// # Errors
///
/// The request that has a second outcome.
pub fn l7_one_outcome(tab: TabId, request: RequestId, was_open: bool) -> Result<(), Violation> {
    if was_open {
        return Ok(());
    }
    let what = format!("{tab}: {request:?} has a second outcome");
    Err(Violation::new("L7", what))
}

/// S18, the client's part: a page waits for one refresh at most.
///
/// # Errors
///
/// The page that has more.
pub fn s18_one_refresh_at_a_time(world: &World, tab: TabId, page: &Page) -> Result<(), Violation> {
    let under_way = world.calls.iter().filter(|call| {
        let is_waited_for = !call.is_orphan && !call.is_superseded;
        call.page == page.id && is_waited_for && matches!(call.asks, Asks::Refresh(_))
    });
    let count = under_way.count();
    if count <= 1 {
        return Ok(());
    }
    let what = format!("{tab}: {count} refreshes are under way");
    Err(Violation::new("S18", what))
}
