//! Whose data is where.

use session_core::Effect;

use super::{Cause, Step};
use crate::{
    browser::{Page, TabId},
    server::UserId,
    violation::Violation,
    world::World,
};

/// S9: a page never holds or shows data of one user while its session belongs to another, and none
/// at all while no session lives in it.
///
/// # Errors
///
/// Whose data is where it must not be.
pub fn s9_nobody_sees_anothers_data(
    world: &World,
    tab: TabId,
    page: &Page,
) -> Result<(), Violation> {
    let broken = |what: String| Err(Violation::new("S9", format!("{tab}: {what}")));
    let user = page.user();
    if let Some(shown) = page.shown
        && Some(shown) != user
    {
        return broken(format!("data of {shown} is on the page of {user:?}"));
    }
    let session = page.session().and_then(|id| world.server.family(id));
    match session {
        Some(family) if Some(family.user) != user => broken(format!(
            "the session is of {}, the page of {user:?}",
            family.user
        )),
        Some(_) | None => Ok(()),
    }
}

/// S15: a draft is deleted only by its user's own logout, or when another user logs in.
///
/// # Errors
///
/// The draft that is about to be deleted.
pub fn s15_drafts_survive_expiry(
    world: &World,
    page: &Page,
    step: &Step<'_>,
) -> Result<(), Violation> {
    for order in step.orders {
        let Effect::ForgetDrafts { user } = order else {
            continue;
        };
        let Some(user) = UserId::of_id(user) else {
            return Err(step.broken("S15", format!("drafts of a stranger, {user}, are deleted")));
        };
        let by_logout = step
            .was_in
            .is_some_and(|session| world.record.logged_out.contains(&session));
        let by_other = page.user().is_some_and(|present| present != user);
        let is_own = step.cause == Cause::LogOut;
        if !(by_logout || by_other || is_own) {
            let length = world.record.drafts.get(&(step.tab.browser, user));
            let what = format!("{length:?} characters of {user} are deleted without a reason");
            return Err(step.broken("S15", what));
        }
    }
    Ok(())
}
