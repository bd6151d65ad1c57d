//! The dialog after the end of a session: log in again in place, or leave.

use leptos::{ev, html, prelude::*};
use session_core::{Command, LoginStatus, Phase};
use session_protocol::{EndReason, Secret, http::LoginRequest};

use super::{dialog::ModalDialog, words::words};
use crate::service::Session;

/// Tells why the session ended and takes the password. The page behind it is inert, and Escape
/// does not close it: the ways out are "Log in again" and "Leave".
#[component]
pub(super) fn ExpiredDialog(session: Session, cause: EndReason, email: String) -> impl IntoView {
    let words = words();
    let password = NodeRef::<html::Input>::new();
    let login = move || session.view().with(|view| login_of(&view.phase));
    let busy = move || login() == LoginStatus::Busy;
    let error = move || match login() {
        LoginStatus::Failed(failure) => words.login_failure(failure),
        LoginStatus::Ready | LoginStatus::Busy => "",
    };
    let button_text = move || {
        if busy() {
            words.logging_in
        } else {
            words.log_in_again
        }
    };
    let submit = {
        let email = email.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            let typed = password
                .get_untracked()
                .map(|input| input.value())
                .unwrap_or_default();
            session.log_in(LoginRequest {
                email: email.clone(),
                password: Secret::new(typed),
                remember_me: false,
            });
        }
    };

    view! {
        <ModalDialog id="session-expired" on_escape=Callback::new(|()| ())>
            <h2 id="session-expired-title">{words.session_expired}</h2>
            <div id="session-expired-text">
                <p>{words.ended(cause)}</p>
                <p class="note">{words.work_is_kept}</p>
            </div>
            <form class="form" on:submit=submit>
                <p class="note">{words.logged_in_as}" "<strong>{email.clone()}</strong></p>
                // Password managers look for the name beside the password.
                <input
                    class="visually-hidden"
                    type="text"
                    autocomplete="username"
                    tabindex="-1"
                    aria-hidden="true"
                    readonly=true
                    value=email
                />
                <label class="field">
                    <span class="field-label">{words.password}</span>
                    <input
                        node_ref=password
                        type="password"
                        autocomplete="current-password"
                        required=true
                        autofocus=true
                        aria-describedby="session-expired-error"
                    />
                </label>
                <p class="error" id="session-expired-error" role="alert">{error}</p>
                <div class="actions">
                    <button
                        type="button"
                        class="button quiet"
                        on:click=move |_| session.command(Command::Leave)
                    >
                        {words.leave}
                    </button>
                    <button
                        type="submit"
                        class="button primary"
                        aria-disabled=move || busy().then_some("true")
                    >
                        {button_text}
                    </button>
                </div>
            </form>
        </ModalDialog>
    }
}

fn login_of(phase: &Phase) -> LoginStatus {
    match phase {
        Phase::Expired { login, .. } => *login,
        Phase::Restoring
        | Phase::Anonymous { .. }
        | Phase::Active { .. }
        | Phase::Warned { .. }
        | Phase::LoggingOut => LoginStatus::Ready,
    }
}
