//! Both session dialogs, at most one at a time.
//!
//! Which one is shown is a function of the session's phase, so a thousand expiry signals cannot
//! show two: there is nothing to count and nothing to reset.

use leptos::prelude::*;
use session_core::Phase;

use super::{
    element::{El, el},
    expired_dialog::expired_dialog,
    reactive::memo,
    warning_dialog::warning_dialog,
};
use crate::service::{Session, use_session};

/// The warning before the end of a session and the dialog after it. Put it once into the app,
/// outside of everything that a session guards.
#[component]
pub fn SessionDialogs() -> impl IntoView {
    session_dialogs(use_session()).into_leptos()
}

/// As [`SessionDialogs`], for pages made of [`El`].
#[must_use]
pub fn session_dialogs(session: Session) -> El {
    // The number changes exactly when another dialog is wanted: none, the warning, or one for each
    // expiry. What the dialog shows beyond that it follows itself.
    let dialog = memo(move || {
        session.view().with(|view| match &view.phase {
            Phase::Warned { .. } => 1,
            Phase::Expired { .. } => 2 + view.epoch,
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::LoggingOut => 0,
        })
    });
    el("div").live(move || match dialog.get() {
        0 => None,
        1 => Some(warning_dialog(session)),
        _ => session.view().with_untracked(|view| match &view.phase {
            Phase::Expired { cause, user, .. } => {
                Some(expired_dialog(session, *cause, user.email.clone()))
            }
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::Warned { .. }
            | Phase::LoggingOut => None,
        }),
    })
}
