//! What the login form and the expired dialog have in common: how far a login is.

use leptos::prelude::With as _;
use session_core::{LoginStatus, Phase};

use super::{
    element::{El, el},
    words::words,
};
use crate::service::Session;

/// Tells why the last attempt failed.
pub(super) fn problem(session: Session, id: &str) -> El {
    let words = words();
    el("p.error role=alert")
        .attr("id", id)
        .live_text(move || match status(session) {
            LoginStatus::Failed(failure) => words.login_failure(failure),
            LoginStatus::Ready | LoginStatus::Busy => "",
        })
}

/// The button that sends the credentials; while they are on their way it says so.
pub(super) fn submit(session: Session, text: &'static str) -> El {
    let words = words();
    let busy = move || status(session) == LoginStatus::Busy;
    el("button.button.primary type=submit")
        .live_attr("aria-disabled", move || busy().then_some("true"))
        .live_text(move || if busy() { words.logging_in } else { text })
}

fn status(session: Session) -> LoginStatus {
    session.view().with(|view| match &view.phase {
        Phase::Anonymous { login, .. } | Phase::Expired { login, .. } => *login,
        Phase::Restoring | Phase::Active { .. } | Phase::Warned { .. } | Phase::LoggingOut => {
            LoginStatus::Ready
        }
    })
}
