//! What a page may do with sockets, tokens and cookies.

use session_core::{AccessToken, Effect};
use session_protocol::ClientMessage;

use super::{Cause, Step};
use crate::{
    browser::{Page, TabId, session_hash},
    server::{self, FamilyId},
    violation::Violation,
    world::World,
};

/// Takes note of what the page knows about a logout.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    // A login that was under way in another tab when the user logged out is no restore.
    if step.cause == Cause::LoggedIn {
        world.record.left.remove(&step.tab.browser);
    }
    if let Some(page) = world.page_mut(step.tab) {
        let goes_on = page.view.epoch == step.before.epoch;
        let history = &mut page.history;
        history.closed_for_good =
            goes_on && (history.closed_for_good || step.cause == Cause::TerminalClose);
        let history = &mut page.history;
        match step.cause {
            Cause::LogOut => {
                let left = step.was_in.map(|session| session_hash(&session.session()));
                history.logouts.extend(left);
            }
            Cause::LogoutNotice(session) => {
                history.logouts.insert(session);
            }
            // A notice of a login may be older than the logout: it lets a page ask, no more.
            Cause::LoginNotice => history.began_logged_out = false,
            Cause::LogIn => {
                history.logouts.clear();
                history.began_logged_out = false;
            }
            Cause::Start
            | Cause::LoggedIn
            | Cause::Verdict
            | Cause::TerminalClose
            | Cause::Leader { .. }
            | Cause::Notice
            | Cause::LockGranted(_)
            | Cause::Other => {}
        }
    }
}

/// S8: where no session lives no socket is opened, and none is open beyond its closing handshake.
///
/// # Errors
///
/// The socket that a page without a session listens to.
pub fn s8_no_socket_without_a_session(
    world: &World,
    tab: TabId,
    page: &Page,
) -> Result<(), Violation> {
    if page.lives() {
        return Ok(());
    }
    let mut sockets = world.connections.iter();
    let open = sockets.find(|it| it.page == page.id && it.is_attached);
    open.map_or(Ok(()), |connection| {
        let name = page.client.state_names()[0];
        let what = format!("{tab}: {:?} is open in {name}", connection.socket);
        Err(Violation::new("S8", what))
    })
}

/// S8 as far as orders show it: after a terminal close no socket is opened in that epoch.
///
/// # Errors
///
/// The order to open one.
pub fn s8_no_socket_after_a_terminal_close(page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    let opens = |order: &Effect| matches!(order, Effect::OpenSocket { .. });
    if page.history.closed_for_good && step.orders.iter().any(opens) {
        return Err(step.broken("S8", "a socket is opened after a terminal close"));
    }
    Ok(())
}

/// S10: after an explicit logout nothing is restored without an act of the user: a page that begins
/// later asks for nothing, and one that heard of the logout does not live in that session again.
///
/// # Errors
///
/// The order by which a page would restore a session, or the session that it restored.
pub fn s10_a_logout_is_final(world: &World, page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    let history = &page.history;
    let began_later = history.began_logged_out && world.record.left.contains(&step.tab.browser);
    let restores = |order: &&Effect| {
        matches!(
            order,
            Effect::RequestRefresh { .. } | Effect::AskSession { .. } | Effect::OpenSocket { .. }
        )
    };
    if began_later && let Some(order) = step.orders.iter().find(restores) {
        let what = format!("{} after an explicit logout", order.name());
        return Err(step.broken("S10", what));
    }
    let begins = page.session().filter(|_| page.lives() && !step.lived());
    let knows = |session: &FamilyId| {
        began_later || history.logouts.contains(&session_hash(&session.session()))
    };
    match begins.filter(|session| knows(session) && world.record.logged_out.contains(session)) {
        Some(session) => {
            let what = format!("{session} is restored after its user logged out of it");
            Err(step.broken("S10", what))
        }
        None => Ok(()),
    }
}

/// S14: an access token is used only while the session that it belongs to lives in the page, or to
/// end it; no notice between tabs holds one.
///
/// # Errors
///
/// The order that uses a token, or gives it away.
pub fn s14_tokens_only_where_they_may_be_used(
    page: &Page,
    step: &Step<'_>,
) -> Result<(), Violation> {
    let here = page.session();
    for order in step.orders {
        let (token, may) = match order {
            Effect::AskSession { token, .. } | Effect::RequestExtension { token, .. } => {
                (family(token.as_ref()), here)
            }
            Effect::RequestLogout { token, .. } => (family(token.as_ref()), step.was_in),
            Effect::OpenSocket { token, .. } | Effect::SendRequest { token, .. } => {
                (family(Some(token)), here)
            }
            Effect::SendMessage {
                message: ClientMessage::Auth { token } | ClientMessage::AuthRefresh { token },
                ..
            } => (read(token.expose()), here),
            Effect::NotifyTabs(notice) if notice.encode().contains("at.") => {
                return Err(step.broken("S14", "a notice to the other tabs holds a token"));
            }
            _ => (None, None),
        };
        if token.is_some() && token != may {
            let name = order.name();
            let what = format!("{name} with a token of {token:?} while {may:?} lives here");
            return Err(step.broken("S14", what));
        }
    }
    Ok(())
}

fn family(token: Option<&AccessToken>) -> Option<FamilyId> {
    token.and_then(|token| read(token.expose()))
}

fn read(token: &str) -> Option<FamilyId> {
    server::AccessToken::read(token).map(|token| token.family)
}
