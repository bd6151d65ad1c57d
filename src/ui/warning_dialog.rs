//! The warning before the end of a session.

use leptos::prelude::*;
use session_core::{Command, Extension, Phase, Warning};

use super::{
    countdown::{clock_text, seconds_left, spoken},
    dialog::ModalDialog,
    words::words,
};
use crate::service::Session;

/// Shows which limit is near, how long it still is, and what helps. Escape means "stay".
#[component]
pub(super) fn WarningDialog(session: Session) -> impl IntoView {
    let words = words();
    let warning = move || session.view().with(|view| warning_of(&view.phase));
    let extension = move || warning().map(|warning| warning.extension);
    let ends_at = move || warning().map(|warning| warning.ends_at).unwrap_or_default();
    let left = seconds_left(session, Signal::derive(ends_at));
    let announced = Memo::new(move |_| spoken(left.get()));
    let announcement = move || match announced.get() {
        Some(_) => [
            left.get_untracked().to_string().as_str(),
            " ",
            words.seconds_left,
        ]
        .concat(),
        None => String::new(),
    };
    let text = move || match warning() {
        Some(Warning {
            extension: Extension::Refused,
            ..
        }) => words.not_extended,
        Some(warning) => words.warned(warning.cause),
        None => "",
    };
    let stay = move || session.command(Command::StaySignedIn);
    let stay_text = move || match extension() {
        Some(Extension::Busy) => words.extending,
        Some(Extension::Offered | Extension::Refused) | None => words.stay_signed_in,
    };
    let stays = move || warning().is_some_and(|warning| warning.extendable);

    view! {
        <ModalDialog id="session-warning" on_escape=Callback::new(move |()| stay())>
            <h2 id="session-warning-title">{words.about_to_expire}</h2>
            <p id="session-warning-text">{text}</p>
            <p class="countdown" role="timer" aria-live="off" aria-label=words.time_left>
                {Signal::derive(move || clock_text(left.get()))}
            </p>
            <p class="visually-hidden" role="status">{Signal::derive(announcement)}</p>
            <div class="actions">
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| session.command(Command::LogOut)
                >
                    {words.log_out}
                </button>
                <button
                    type="button"
                    class="button primary"
                    autofocus=true
                    hidden=move || !stays()
                    aria-disabled=move || (extension() == Some(Extension::Busy)).then_some("true")
                    on:click=move |_| stay()
                >
                    {stay_text}
                </button>
            </div>
        </ModalDialog>
    }
}

/// Returns the warning of a phase; there is none between the end of a warning and the going of its
/// dialog.
fn warning_of(phase: &Phase) -> Option<Warning> {
    match phase {
        Phase::Warned { warning, .. } => Some(*warning),
        Phase::Restoring
        | Phase::Anonymous { .. }
        | Phase::Active { .. }
        | Phase::Expired { .. }
        | Phase::LoggingOut => None,
    }
}
