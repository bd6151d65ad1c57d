//! What a page may do with sockets, tokens and cookies.

use session_core::{AccessToken, Effect};
use session_protocol::ClientMessage;

use super::{Cause, Step};
use crate::{
    browser::{Page, TabId},
    server,
    violation::Violation,
    world::World,
};

/// Takes note of what the page knows about a logout.
pub(super) fn note(world: &mut World, step: &Step<'_>) {
    if let Some(page) = world.page_mut(step.tab) {
        // A login that is under way is an act of the user, whatever is heard of other sessions.
        let is_bound = !page.lives() && page.client.state_names()[0] != "Authenticating";
        let history = &mut page.history;
        match step.cause {
            Cause::LogOut | Cause::LogoutNotice if is_bound => history.heard_of_logout = true,
            Cause::LogIn | Cause::LoginNotice => {
                history.heard_of_logout = false;
                history.began_logged_out = false;
            }
            Cause::Start
            | Cause::LogOut
            | Cause::LogoutNotice
            | Cause::Verdict
            | Cause::Notice
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

/// S10: after an explicit logout nothing is restored without an act of the user: neither by the
/// page that heard of it, nor by one that begins later.
///
/// # Errors
///
/// The order by which a page would restore a session.
pub fn s10_a_logout_is_final(world: &World, page: &Page, step: &Step<'_>) -> Result<(), Violation> {
    let history = &page.history;
    let is_bound = history.heard_of_logout
        || history.began_logged_out && world.record.left.contains(&step.tab.browser);
    if !is_bound {
        return Ok(());
    }
    let restoring = |order: &&Effect| {
        matches!(
            order,
            Effect::RequestRefresh { .. } | Effect::AskSession { .. } | Effect::OpenSocket { .. }
        )
    };
    step.orders.iter().find(restoring).map_or(Ok(()), |order| {
        let what = format!("{} after an explicit logout", order.name());
        Err(step.broken("S10", what))
    })
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

fn family(token: Option<&AccessToken>) -> Option<server::FamilyId> {
    token.and_then(|token| read(token.expose()))
}

fn read(token: &str) -> Option<server::FamilyId> {
    server::AccessToken::read(token).map(|token| token.family)
}
