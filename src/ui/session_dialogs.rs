//! Both session dialogs, at most one at a time.
//!
//! Which one is shown is a function of the session's phase, so a thousand expiry signals cannot
//! show two: there is nothing to count and nothing to reset.

use leptos::prelude::*;
use session_core::Phase;
use session_protocol::EndReason;

use super::{
    element::{El, el},
    expired_dialog::expired_dialog,
    warning_dialog::warning_dialog,
};
use crate::service::{Session, use_session};

/// Which dialog is shown, and what makes it another one.
#[derive(Clone, PartialEq)]
enum Dialog {
    None,
    Warning,
    Expired { cause: EndReason, email: String },
}

/// The warning before the end of a session and the dialog after it. Put it once into the app,
/// outside of everything that a session guards.
#[component]
pub fn SessionDialogs() -> impl IntoView {
    session_dialogs(use_session()).into_leptos()
}

/// As [`SessionDialogs`], for pages made of [`El`].
#[must_use]
pub fn session_dialogs(session: Session) -> El {
    let dialog = Memo::new(move |_| {
        session.view().with(|view| match &view.phase {
            Phase::Warned { .. } => Dialog::Warning,
            Phase::Expired { cause, user, .. } => Dialog::Expired {
                cause: *cause,
                email: user.email.clone(),
            },
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::LoggingOut => Dialog::None,
        })
    });
    el("div").live(move || match dialog.get() {
        Dialog::None => None,
        Dialog::Warning => Some(warning_dialog(session)),
        Dialog::Expired { cause, email } => Some(expired_dialog(session, cause, email)),
    })
}
