//! What the application is told: each update once, in order, and none left out.

use session_core::Effect;

use super::Step;
use crate::{browser::Page, violation::Violation, world::World};

/// S19: a page is told each update once and in order, whoever has the socket, and misses none that
/// the server still keeps and no wire spoilt. What it was told before its data went counts no more.
///
/// # Errors
///
/// The update that comes again, late or too early.
pub fn s19_each_update_once_and_in_order(
    world: &World,
    page: &Page,
    step: &Step<'_>,
) -> Result<(), Violation> {
    let mut last = page.history.updated.0;
    for order in step.orders {
        if let Effect::DeliverUpdate { seq, .. } = order
            && let Some(last) = last
        {
            let kept_from = world.server.oldest_update();
            if *seq <= last {
                return Err(step.broken("S19", format!("update {seq} is told after {last}")));
            }
            let spoilt = &world.record.spoilt_updates;
            let is_spoilt = |seq: u64| spoilt.contains(&(step.tab.browser, seq));
            let missed = (last + 1..*seq).any(|missed| missed >= kept_from && !is_spoilt(missed));
            if missed {
                let what = format!("update {seq} is told after {last}, and {kept_from} is kept");
                return Err(step.broken("S19", what));
            }
        }
        last = after(last, order);
    }
    Ok(())
}

/// Notes what the page was told.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    if let Some(page) = world.page_mut(step.tab) {
        let updated = &mut page.history.updated.0;
        *updated = step.orders.iter().fold(*updated, after);
    }
}

const fn after(last: Option<u64>, order: &Effect) -> Option<u64> {
    match order {
        Effect::DeliverUpdate { seq, .. } => Some(*seq),
        Effect::ClearProtectedState { .. } => None,
        _ => last,
    }
}
