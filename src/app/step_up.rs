//! The password, asked for once more where the server demands it.
//!
//! Invariants: the page stays as it is behind the dialog, with all that was typed; what was to be
//! done is done after the right password and in no other case.

use std::rc::Rc;

use gloo_net::http::Method;
use leptos::{prelude::WithUntracked as _, task::spawn_local};
use session_core::HttpFailure;
use session_protocol::{Value, object};

use super::{api::call, context::Context, kit};
use crate::{
    service::RequestError,
    ui::{
        dialog,
        element::{El, el, set_attribute, value_of},
        field, open,
        reactive::Var,
        username,
        words::words,
    },
};

const PROBLEM: &str = "step-up-error";

/// What waits for the password, if anything does.
pub(super) type Waiting = Var<Option<Rc<dyn Fn()>>>;

/// Returns whether the server demands the password before it does what it was asked.
pub(super) fn is_demanded(error: &RequestError) -> bool {
    refusal(error) == (403, "step_up_required")
}

/// Sends what carries the password, then tells why it was in vain; nothing if it was not.
pub(super) fn send(
    cx: Context,
    path: &'static str,
    body: Value,
    then: Box<dyn FnOnce(&'static str)>,
) {
    spawn_local(async move {
        let answer = call(cx, Method::POST, path, Some(body)).await;
        then(answer.err().map_or("", |error| match refusal(&error) {
            (403, "invalid_credentials") => cx.words.wrong_password,
            (422, _) => cx.words.new_password,
            (429, _) => words().too_many_attempts,
            _ => cx.words.problem(&error),
        }));
    });
}

fn refusal(error: &RequestError) -> (u16, &str) {
    match error {
        RequestError::Http(HttpFailure::Refused { status, code, .. }) => (*status, code),
        RequestError::Http(
            HttpFailure::Unreachable | HttpFailure::TimedOut | HttpFailure::Garbled,
        )
        | RequestError::SessionEnded
        | RequestError::Unauthorized
        | RequestError::Unavailable
        | RequestError::Unreadable => (0, ""),
    }
}

fn email(cx: Context) -> String {
    cx.session.view().with_untracked(|view| {
        let user = view.user();
        user.map(|user| user.email.clone()).unwrap_or_default()
    })
}

/// Asks while something waits.
pub(super) fn asking(cx: Context, waiting: Waiting) -> El {
    el("div").live(move || waiting.get().map(|act| form(cx, waiting, act)))
}

fn form(cx: Context, waiting: Waiting, act: Rc<dyn Fn()>) -> El {
    let w = cx.words;
    let told = Var::new("");
    let (password, field) = field(words().password, "password", "current-password", PROBLEM);
    set_attribute(&field, "autofocus", Some(""));
    let cancel = move || waiting.set(None);
    let submit = el("button.button.primary type=submit").text(w.confirm);
    let actions = el("div.actions")
        .child(kit::button("button quiet", w.cancel, cancel))
        .child(submit);
    let form = el("form.form")
        .child(username(&email(cx)))
        .child(password)
        .child(kit::alert(move || told.get()).attr("id", PROBLEM))
        .child(actions)
        .on("submit", move |event| {
            event.prevent_default();
            let act = act.clone();
            let body = object(vec![("password", Value::from(value_of(&field)))]);
            let then = move |problem: &'static str| {
                told.set(problem);
                // Whoever cancelled meanwhile changed their mind.
                if problem.is_empty() && !told.is_gone() {
                    cancel();
                    act();
                }
            };
            send(cx, "/api/auth/step-up", body, Box::new(then));
        });
    open(
        dialog("step-up", cancel)
            .child(el("h2 id=step-up-title").text(w.confirm_it_is_you))
            .child(el("p id=step-up-text").text(w.confirm_text))
            .child(form),
    )
}
