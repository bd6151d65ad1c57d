//! Both session dialogs, at most one at a time.
//!
//! Which one is shown is a function of the session's phase, so a thousand expiry signals cannot
//! show two: there is nothing to count and nothing to reset.

use leptos::prelude::*;
use session_core::Phase;
use session_protocol::EndReason;

use super::{expired_dialog::ExpiredDialog, warning_dialog::WarningDialog};
use crate::service::use_session;

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
    let session = use_session();
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
    move || match dialog.get() {
        Dialog::None => ().into_any(),
        Dialog::Warning => view! { <WarningDialog session /> }.into_any(),
        Dialog::Expired { cause, email } => {
            view! { <ExpiredDialog session cause email /> }.into_any()
        }
    }
}
