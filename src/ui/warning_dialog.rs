//! The warning before the end of a session.

use leptos::prelude::*;
use session_core::{Command, Extension, Phase, Warning};
use session_protocol::WarningCause;

use super::{
    countdown::{clock_text, seconds_left, spoken},
    dialog::ModalDialog,
    words::words,
};
use crate::service::Session;

/// What stands in the dialog between its mounting and its going, should the view change first.
const GONE: Warning = Warning {
    ends_at: std::time::Duration::ZERO,
    cause: WarningCause::Idle,
    extendable: false,
    extension: Extension::Offered,
};

/// Shows which limit is near, how long it still is, and what helps. Escape means "stay".
#[component]
pub(super) fn WarningDialog(session: Session) -> impl IntoView {
    let warning = Memo::new(move |_| {
        session.view().with(|view| match &view.phase {
            Phase::Warned { warning, .. } => *warning,
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::Expired { .. }
            | Phase::LoggingOut => GONE,
        })
    });
    let left = seconds_left(session, Signal::derive(move || warning.get().ends_at));
    let announced = Memo::new(move |_| spoken(left.get()));
    let announcement = move || {
        announced.get().map(|_| {
            [
                left.get_untracked().to_string().as_str(),
                " ",
                words().seconds_left,
            ]
            .concat()
        })
    };
    let extendable = Memo::new(move |_| warning.get().extendable);
    let busy = Memo::new(move |_| warning.get().extension == Extension::Busy);
    let stay = move || session.command(Command::StaySignedIn);
    let text = move || match warning.get().extension {
        Extension::Refused => words().not_extended,
        Extension::Offered | Extension::Busy => words().warned(warning.get().cause),
    };

    view! {
        <ModalDialog id="session-warning" on_escape=Callback::new(move |()| stay())>
            <h2 id="session-warning-title">{move || words().about_to_expire}</h2>
            <p id="session-warning-text">{text}</p>
            <p class="countdown" role="timer" aria-live="off" aria-label=move || words().time_left>
                {move || clock_text(left.get())}
            </p>
            <p class="visually-hidden" role="status">{announcement}</p>
            <div class="actions">
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| session.command(Command::LogOut)
                >
                    {move || words().log_out}
                </button>
                <Show when=move || extendable.get()>
                    <button
                        type="button"
                        class="button primary"
                        autofocus=true
                        aria-disabled=move || busy.get().then_some("true")
                        on:click=move |_| stay()
                    >
                        {move || if busy.get() { words().extending } else { words().stay_signed_in }}
                    </button>
                </Show>
            </div>
        </ModalDialog>
    }
}
