//! The login form.

use leptos::{ev, html, prelude::*};
use session_core::{LoginStatus, Phase};
use session_protocol::{Secret, http::LoginRequest};

use super::words::words;
use crate::service::use_session;

/// Takes email and password and logs in. Password managers, paste and autofill work (WCAG 3.3.8).
#[component]
pub fn LoginForm() -> impl IntoView {
    let (session, words) = (use_session(), words());
    let email = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let remember_me = NodeRef::<html::Input>::new();
    let login = move || {
        session.view().with(|view| match &view.phase {
            Phase::Anonymous { login, .. } => *login,
            Phase::Restoring
            | Phase::Active { .. }
            | Phase::Warned { .. }
            | Phase::Expired { .. }
            | Phase::LoggingOut => LoginStatus::Ready,
        })
    };
    let busy = move || login() == LoginStatus::Busy;
    let error = move || match login() {
        LoginStatus::Failed(failure) => words.login_failure(failure),
        LoginStatus::Ready | LoginStatus::Busy => "",
    };
    let button_text = move || {
        if busy() {
            words.logging_in
        } else {
            words.log_in
        }
    };
    let value = |input: NodeRef<html::Input>| {
        input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default()
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        session.log_in(LoginRequest {
            email: value(email),
            password: Secret::new(value(password)),
            remember_me: remember_me
                .get_untracked()
                .is_some_and(|input| input.checked()),
        });
    };

    view! {
        <form class="form" on:submit=submit>
            <label class="field">
                <span class="field-label">{words.email}</span>
                <input
                    node_ref=email
                    type="email"
                    name="email"
                    autocomplete="username"
                    required=true
                    aria-describedby="login-error"
                />
            </label>
            <label class="field">
                <span class="field-label">{words.password}</span>
                <input
                    node_ref=password
                    type="password"
                    name="password"
                    autocomplete="current-password"
                    required=true
                    aria-describedby="login-error"
                />
            </label>
            <label class="checkbox">
                <input node_ref=remember_me type="checkbox" name="remember-me" />
                <span>{words.remember_me}</span>
            </label>
            <p class="error" id="login-error" role="alert">{error}</p>
            <button
                type="submit"
                class="button primary"
                aria-disabled=move || busy().then_some("true")
            >
                {button_text}
            </button>
        </form>
    }
}
