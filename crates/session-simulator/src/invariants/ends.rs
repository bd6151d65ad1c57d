//! How sessions end in a page.

use session_core::{Effect, Phase};
use session_protocol::{EndReason, TabNoticeKind};

use super::{Cause, Step};
use crate::{
    browser::{BrowserId, Page},
    server::{FamilyId, Mark},
    violation::Violation,
    world::World,
};

/// What the server, or an observer of the person, says about a session that a page gave up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Truth {
    /// It is over, or its owner cannot prove it any more.
    Over,
    /// It was ended because a crash of the browser rolled its jar back.
    RolledBack,
    /// It lives, or was ended because an honest browser was taken for a thief.
    Alive,
}

fn truth(world: &World, browser: BrowserId, session: FamilyId) -> Truth {
    let record = &world.record;
    if record.logged_out.contains(&session) || is_replaced(world, browser, session) {
        return Truth::Over;
    }
    let family = world.server.family(session);
    let ended = family.and_then(|family| family.ended);
    match (family, ended) {
        (Some(family), Some((_, EndReason::ReuseDetected))) => {
            if family.ledger.has(Mark::ThiefSeen) {
                Truth::Over
            } else if family.ledger.has(Mark::JarRolledBack) {
                Truth::RolledBack
            } else {
                Truth::Alive
            }
        }
        _ if world.server.is_over(session, world.now) => Truth::Over,
        _ if record.cookie_cleared.contains(&session) => Truth::Over,
        _ => Truth::Alive,
    }
}

/// Returns whether the browser can prove a newer session, and so speaks for that one alone.
fn is_replaced(world: &World, browser: BrowserId, session: FamilyId) -> bool {
    let jar = world.browser(browser).map(|browser| &browser.jar);
    let mut families = jar
        .into_iter()
        .flat_map(|jar| jar.values().map(|token| token.family));
    families.any(|newer| newer > session && !world.server.is_over(newer, world.now))
}

/// Returns the session that the page has given up in this step, if it has given up one for good. A
/// page that merely shows less and asks has not.
fn given_up(page: &Page, step: &Step<'_>) -> Option<FamilyId> {
    let is_final = matches!(page.client.state_names()[0], "Expired" | "Anonymous");
    is_final
        .then(|| step.was_in.or(page.history.left))
        .flatten()
}

/// Counts what the step is about to do.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    let Some(page) = world.page(step.tab) else {
        return;
    };
    let lost = given_up(page, step).map(|session| truth(world, step.tab.browser, session));
    match lost {
        Some(Truth::Alive) => world.tally.false_logouts += 1,
        Some(Truth::RolledBack) => world.tally.rolled_back_logouts += 1,
        Some(Truth::Over) | None => {}
    }
    let Some(page) = world.page_mut(step.tab) else {
        return;
    };
    let epoch = step.before.epoch;
    let is_expired = matches!(page.view.phase, Phase::Expired { .. });
    let lived = step.lived();
    let history = &mut page.history;
    history.enter(epoch);
    if lived && is_expired {
        history.expiries = history.expiries.saturating_add(1);
    }
    for order in step.orders {
        match order {
            Effect::ClearProtectedState { .. } => {
                history.cleanups = history.cleanups.saturating_add(1);
            }
            Effect::NotifyTabs(notice)
                if matches!(
                    notice.kind,
                    TabNoticeKind::LoggedOut | TabNoticeKind::Expired
                ) =>
            {
                history.farewells = history.farewells.saturating_add(1);
            }
            _ => {}
        }
    }
    if lived && is_expired && epoch > 2 {
        world.see("a second expiry, in a later epoch");
    }
}

/// Remembers the session of a page that shows less, until it is known what became of it.
pub(super) fn settle(world: &mut World, step: &Step<'_>) {
    let Some(page) = world.page_mut(step.tab) else {
        return;
    };
    let is_asking = page.client.state_names()[0] == "Restoring";
    if step.lived() && is_asking {
        page.history.left = step.was_in;
    } else if !is_asking {
        page.history.left = None;
    }
}

/// S6: a session that lives never ends in a page except by a verdict of the server, and the server
/// gives it only for a real end.
///
/// # Errors
///
/// A session that the page gave up although it lives, or without a verdict.
pub fn s6_no_end_without_a_verdict(
    world: &World,
    page: &Page,
    step: &Step<'_>,
) -> Result<(), Violation> {
    let Some(session) = given_up(page, step) else {
        return Ok(());
    };
    if truth(world, step.tab.browser, session) == Truth::Alive {
        let name = page.client.state_names()[0];
        let what = format!("session {session} lives and the page is {name}");
        return Err(step.broken("S6", what));
    }
    let is_told = match step.cause {
        Cause::Verdict | Cause::TerminalClose | Cause::LogOut | Cause::LogoutNotice(_) => true,
        Cause::Start
        | Cause::LogIn
        | Cause::LoggedIn
        | Cause::LoginNotice
        | Cause::Leader { .. }
        | Cause::Notice
        | Cause::LockGranted(_)
        | Cause::Other => {
            // A page that only asks has heard the verdict already, or hears that there is nothing.
            page.history.left.is_some() && !step.lived()
        }
    };
    if is_told {
        Ok(())
    } else {
        let what = format!("session {session} ended without a verdict of the server");
        Err(step.broken("S6", what))
    }
}

/// S7: in an epoch there is at most one passage into Expired, one cleanup, one notice of the end.
///
/// # Errors
///
/// What happened twice.
pub fn s7_once_in_an_epoch(page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    let history = &page.history;
    let counts = [
        (history.expiries, "expiries"),
        (history.cleanups, "cleanups"),
        (history.farewells, "notices of the end"),
    ];
    let twice = counts.into_iter().find(|(count, _)| *count > 1);
    twice.map_or(Ok(()), |(count, name)| {
        let what = format!("{count} {name} in epoch {}", history.epoch);
        Err(step.broken("S7", what))
    })
}
