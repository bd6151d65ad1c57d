//! The dialog after the end of a session: log in again in place, or leave.

use leptos::{ev, html, prelude::*};
use session_core::{Command, LoginStatus, Phase};
use session_protocol::{EndReason, Secret, User, http::LoginRequest};

use super::{dialog::ModalDialog, words::words};
use crate::service::Session;

/// What the dialog shows of an expired session.
#[derive(Clone, PartialEq)]
struct Shown {
    cause: EndReason,
    user: User,
    login: LoginStatus,
}

/// Tells why the session ended and takes the password. The page behind it is inert, and Escape
/// does not close it: the ways out are "Log in again" and "Leave".
#[component]
pub(super) fn ExpiredDialog(session: Session) -> impl IntoView {
    let password = NodeRef::<html::Input>::new();
    let shown = Memo::new(move |_| {
        session.view().with(|view| match &view.phase {
            Phase::Expired { cause, user, login } => Some(Shown {
                cause: *cause,
                user: user.clone(),
                login: *login,
            }),
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::Warned { .. }
            | Phase::LoggingOut => None,
        })
    });
    let email = Memo::new(move |_| {
        shown
            .get()
            .map(|shown| shown.user.email)
            .unwrap_or_default()
    });
    let busy = Memo::new(move |_| shown.get().is_some_and(|it| it.login == LoginStatus::Busy));
    let cause = move || shown.get().map(|shown| words().ended(shown.cause));
    let error = move || {
        shown.get().and_then(|shown| match shown.login {
            LoginStatus::Failed(failure) => Some(words().login_failure(failure)),
            LoginStatus::Ready | LoginStatus::Busy => None,
        })
    };
    let log_in = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = password
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        session.log_in(LoginRequest {
            email: email.get_untracked(),
            password: Secret::new(typed),
            remember_me: false,
        });
    };

    view! {
        <ModalDialog id="session-expired" on_escape=Callback::new(|()| ())>
            <h2 id="session-expired-title">{move || words().session_expired}</h2>
            <div id="session-expired-text">
                <p>{cause}</p>
                <p class="note">{move || words().work_is_kept}</p>
            </div>
            <form class="form" on:submit=log_in>
                <p class="note">
                    {move || words().logged_in_as}" "<strong>{move || email.get()}</strong>
                </p>
                // Password managers look for the name beside the password.
                <input
                    class="visually-hidden"
                    type="text"
                    autocomplete="username"
                    tabindex="-1"
                    aria-hidden="true"
                    readonly=true
                    prop:value=move || email.get()
                />
                <label class="field">
                    <span class="field-label">{move || words().password}</span>
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
                        {move || words().leave}
                    </button>
                    <button
                        type="submit"
                        class="button primary"
                        aria-disabled=move || busy.get().then_some("true")
                    >
                        {move || if busy.get() { words().logging_in } else { words().log_in_again }}
                    </button>
                </div>
            </form>
        </ModalDialog>
    }
}
