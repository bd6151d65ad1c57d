//! Both session dialogs and the notice that a warning may leave, at most one of them at a time.
//!
//! Which one is shown is a function of the session's phase, so a thousand expiry signals cannot
//! show two: there is nothing to count and nothing to reset.

use leptos::prelude::*;
use session_core::Phase;

use super::{
    element::{El, el},
    expired_dialog::expired_dialog,
    reactive::memo,
    warning_dialog::{PutAway, can_stay, number, warning_dialog, warning_notice},
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
    let put_away = PutAway::new(0);
    // The number changes exactly when something else is wanted: nothing, the warning, what is left
    // of it after it was put away, or a dialog for each expiry. What they show beyond that they
    // follow themselves.
    let dialog = memo(move || {
        let away = put_away.get();
        session.view().with(|view| match &view.phase {
            Phase::Warned { warning, .. }
                if away == number(warning.cause) && !can_stay(warning) =>
            {
                2
            }
            Phase::Warned { .. } => 1,
            Phase::Expired { .. } => 3 + view.epoch,
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::LoggingOut => 0,
        })
    });
    el("div").live(move || match dialog.get() {
        1 => Some(warning_dialog(session, put_away)),
        2 => Some(warning_notice(session)),
        _ => {
            // The next warning is another.
            put_away.update_quietly(|away| *away = 0);
            session.view().with_untracked(|view| match &view.phase {
                Phase::Expired { cause, user, .. } => {
                    Some(expired_dialog(session, *cause, user.email.clone()))
                }
                Phase::Restoring
                | Phase::Anonymous { .. }
                | Phase::Active { .. }
                | Phase::Warned { .. }
                | Phase::LoggingOut => None,
            })
        }
    })
}
