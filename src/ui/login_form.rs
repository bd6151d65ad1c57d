//! The login form.

use leptos::prelude::*;
use session_protocol::{Secret, http::LoginRequest};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use super::{
    element::{El, el, value_of},
    field::field,
    login_progress::{problem, submit},
    words::words,
};
use crate::service::{Session, use_session};

const PROBLEM: &str = "login-error";

/// Takes email and password and logs in. Password managers, paste and autofill work (WCAG 3.3.8).
#[component]
pub fn LoginForm() -> impl IntoView {
    login_form(use_session()).into_leptos()
}

/// As [`LoginForm`], for pages made of [`El`].
#[must_use]
pub fn login_form(session: Session) -> El {
    let words = words();
    let (email, email_field) = field(words.email, "email", "username", PROBLEM);
    let (password, password_field) = field(words.password, "password", "current-password", PROBLEM);
    let remember_me = el("input type=checkbox name=remember-me");
    let remember_field = remember_me.node().clone();
    let problem = problem(session, PROBLEM);
    let submit = submit(session, words.log_in);
    el("form.form")
        .child(email)
        .child(password)
        .child(
            el("label.checkbox")
                .child(remember_me)
                .child(el("span").text(words.remember_me)),
        )
        .child(problem)
        .child(submit)
        .on("submit", move |event| {
            event.prevent_default();
            let remember_me = remember_field.dyn_ref::<HtmlInputElement>();
            session.log_in(LoginRequest {
                email: value_of(&email_field),
                password: Secret::new(value_of(&password_field)),
                remember_me: remember_me.is_some_and(HtmlInputElement::checked),
            });
        })
}
