//! What must have come right when the last fault is long repaired: each promise as a bounded check.
//!
//! | promise | function |
//! |---|---|
//! | L1 a visible page of a living session is live | [`l1_visible_pages_are_live`] |
//! | L2 no page outlives its session | [`l2_no_page_outlives_its_session`] |
//! | L3 every attempt ends | [`l3_every_attempt_ends`] |
//! | L4 one tab holds the socket | [`l4_one_tab_holds_the_socket`] |
//! | L5 a logout reaches the server | [`l5_a_logout_arrives`] |
//! | L6 doubt ends | [`l6_doubt_ends`] |
//! | L7 every request has an outcome | [`l7_every_request_has_an_outcome`] |
//! | L9 visible pages know the latest | [`l9_visible_pages_know_the_latest`] |

use std::time::Duration;

use session_core::{Assurance, ConnectionStatus, LockName, Presence};

use crate::{
    browser::{BrowserId, Page, TabId},
    server::FamilyId,
    violation::Violation,
    world::World,
};

/// A call is under way for no longer than this: the shell's timeout, late as in a hidden page.
const LONGEST_CALL: Duration = Duration::from_secs(75);

/// A page waits for its turn to refresh for no longer than this: 12 s, late as in a hidden page.
const LONGEST_TURN: Duration = Duration::from_secs(90);

/// A feed is expected to flow if access tokens live at least this long: several times as long as a
/// refresh may take in a hidden page.
const SHORTEST_LIFETIME: Duration = Duration::from_secs(20);

/// Checks all promises at the end of the quiet time.
///
/// # Errors
///
/// The first that is broken.
pub fn check(world: &mut World) -> Result<(), Violation> {
    let missed = world.pages().filter(|(_, page)| outlives(world, page));
    let missed = u64::try_from(missed.count()).unwrap_or(u64::MAX);
    world.tally.missed_logouts += missed;
    l2_no_page_outlives_its_session(world)
        .and_then(|()| l3_every_attempt_ends(world))
        .and_then(|()| l1_visible_pages_are_live(world))
        .and_then(|()| l4_one_tab_holds_the_socket(world))
        .and_then(|()| l5_a_logout_arrives(world))
        .and_then(|()| l6_doubt_ends(world))
        .and_then(|()| l7_every_request_has_an_outcome(world))
        .and_then(|()| l9_visible_pages_know_the_latest(world))
}

/// L1: a page that is seen, in a browser whose session lives, is logged in and its feed flows.
///
/// # Errors
///
/// The page that is not.
pub fn l1_visible_pages_are_live(world: &World) -> Result<(), Violation> {
    each(world, "L1", |tab, page| {
        if !page.is_visible() {
            return None;
        }
        let name = page.client.state_names()[0];
        if page.lives() {
            if !feeds_last(world) {
                return None;
            }
            let is_live = page.view.connection == ConnectionStatus::Live;
            return (!is_live).then(|| format!("the feed is {:?}", page.view.connection));
        }
        let session = living_session(world, tab.browser)?;
        let waits = matches!(
            name,
            "Starting" | "Restoring" | "Authenticating" | "LoggingOut"
        );
        waits.then(|| format!("session {session} lives and the page is {name}"))
    })
}

/// L2: no running page holds a session that has been over for longer than a question takes.
///
/// # Errors
///
/// The page that does.
pub fn l2_no_page_outlives_its_session(world: &World) -> Result<(), Violation> {
    each(world, "L2", |_, page| {
        outlives(world, page).then(|| {
            let name = page.client.state_names()[0];
            format!(
                "session {:?} is over and the page is {name}",
                page.session()
            )
        })
    })
}

/// L3: every call has ended, and a page that waits for something has planned its next attempt.
///
/// # Errors
///
/// The call that goes on, or the page that waits for ever.
pub fn l3_every_attempt_ends(world: &World) -> Result<(), Violation> {
    let waits = |call: &&crate::network::Call| {
        let age = world.now.saturating_sub(call.sent_at);
        let runs = world.page(call.tab).is_some_and(Page::runs);
        !call.is_orphan && runs && age > LONGEST_CALL
    };
    if let Some(call) = world.calls.iter().find(waits) {
        let what = format!("{}: {:?} is still under way", call.tab, call.asks);
        return Err(Violation::new("L3", what));
    }
    each(world, "L3", |_, page| {
        let calls = world.calls.iter().any(|call| call.page == page.id);
        let since = page.history.waits_since.filter(|_| page.runs() && !calls);
        let is_late = since.is_some_and(|at| world.now.saturating_sub(at) > LONGEST_TURN);
        is_late.then(|| "the page still waits for its turn to refresh".to_owned())
    })?;
    each(world, "L3", |_, page| {
        let name = page.client.state_names()[0];
        let waits = matches!(name, "Starting" | "Restoring" | "Authenticating");
        let calls = world.calls.iter().any(|call| call.page == page.id);
        let plans = page.client.next_deadline().is_some();
        let is_stuck = page.runs() && waits && !calls && !plans;
        is_stuck.then(|| format!("the page is {name} and plans nothing"))
    })
}

/// L4: where tabs can share and one of them is seen, one of them leads and holds the socket, if one
/// is open.
///
/// # Errors
///
/// The browser whose tabs have no leader, or several sockets.
pub fn l4_one_tab_holds_the_socket(world: &World) -> Result<(), Violation> {
    if !world.shares() {
        return Ok(());
    }
    for (id, browser) in (0_u8..).map(BrowserId).zip(&world.browsers) {
        let mut living = browser.pages().map(|(_, page)| page);
        let is_seen = living.any(|page| page.is_visible() && page.lives());
        if !browser.has_locks || !is_seen {
            continue;
        }
        let leader = browser.locks.holder(LockName::Leader);
        let holds = |page: &Page| {
            let mut sockets = world.connections.iter();
            sockets.any(|it| it.page == page.id && it.is_attached)
        };
        for (_, page) in browser.pages().filter(|(_, page)| page.runs()) {
            if holds(page) && leader.is_none_or(|leader| leader.page != page.id) {
                let what = format!(
                    "browser {}: page {} leads without the lock",
                    id.0, page.id.0
                );
                return Err(Violation::new("L4", what));
            }
        }
        let leads = |page: &Page| leader.is_some_and(|leader| leader.page == page.id);
        let mut running = browser.pages().map(|(_, page)| page);
        if !running.any(|page| page.runs() && page.lives() && leads(page)) {
            let what = format!("browser {}: no living tab leads, but {leader:?}", id.0);
            return Err(Violation::new("L4", what));
        }
    }
    Ok(())
}

/// L5: a logout that did not reach the server at once has reached it, or the session is over.
///
/// # Errors
///
/// The session that lives on.
pub fn l5_a_logout_arrives(world: &World) -> Result<(), Violation> {
    for (id, browser) in (0_u8..).map(BrowserId).zip(&world.browsers) {
        let Presence::LogoutPending { session } = browser.storage.presence() else {
            continue;
        };
        let lives =
            FamilyId::of_session(&session).filter(|it| !world.server.is_over(*it, world.now));
        if let Some(session) = lives {
            let what = format!("browser {}: the logout of {session} never arrived", id.0);
            return Err(Violation::new("L5", what));
        }
    }
    Ok(())
}

/// L6: no page that is seen doubts its session any more.
///
/// # Errors
///
/// The page that does.
pub fn l6_doubt_ends(world: &World) -> Result<(), Violation> {
    each(world, "L6", |_, page| {
        let doubts = page.view.assurance != Assurance::Verified;
        (page.is_visible() && page.lives() && doubts)
            .then(|| format!("the page is {:?}", page.view.assurance))
    })
}

/// L7: every request of the application has its outcome.
///
/// # Errors
///
/// The request that has none.
pub fn l7_every_request_has_an_outcome(world: &World) -> Result<(), Violation> {
    each(world, "L7", |_, page| {
        let open = page.wishes.keys().next().filter(|_| page.runs())?;
        Some(format!("{open:?} has no outcome"))
    })
}

/// L9: a page that is seen and whose feed flows was told the newest update.
///
/// # Errors
///
/// The page that was not.
pub fn l9_visible_pages_know_the_latest(world: &World) -> Result<(), Violation> {
    if !feeds_last(world) {
        return Ok(());
    }
    let newest = world.server.newest_update();
    each(world, "L9", |_, page| {
        let flows = page.view.connection == ConnectionStatus::Live;
        let told = page.history.updated.0;
        (page.is_visible() && page.lives() && flows && told != Some(newest))
            .then(|| format!("it was told {told:?}, and {newest} is the newest update"))
    })
}

/// A token that ends on its way to the server keeps no feed alive.
fn feeds_last(world: &World) -> bool {
    world.server.policy().access_token_lifetime >= SHORTEST_LIFETIME
}

fn outlives(world: &World, page: &Page) -> bool {
    let session = page.session().filter(|_| page.lives() && page.runs());
    // A page that asks is about to learn it.
    let asked = world.now.saturating_sub(LONGEST_CALL);
    session.is_some_and(|session| world.server.is_over(session, asked))
}

/// Returns the living session that the browser can prove, if it has one.
fn living_session(world: &World, browser: BrowserId) -> Option<FamilyId> {
    let jar = &world.browser(browser)?.jar;
    let families = jar.values().map(|token| token.family);
    families
        .filter(|family| !world.server.is_over(*family, world.now))
        .max()
}

fn each(
    world: &World,
    promise: &'static str,
    broken: impl Fn(TabId, &Page) -> Option<String>,
) -> Result<(), Violation> {
    let mut pages = world.pages();
    let found = pages.find_map(|(tab, page)| broken(tab, page).map(|what| (tab, what)));
    found.map_or(Ok(()), |(tab, what)| {
        let what = format!("{tab} at {:?}: {what}", world.now);
        Err(Violation::new(promise, what))
    })
}
