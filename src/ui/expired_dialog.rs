//! The dialog after the end of a session: log in again in place, or leave.

use leptos::prelude::With as _;
use session_core::{Command, LoginStatus, Phase};
use session_protocol::{EndReason, Secret, http::LoginRequest};

use super::{
    dialog::{dialog, open},
    element::{El, el, value_of},
    words::words,
};
use crate::service::Session;

/// Tells why the session ended and takes the password. The page behind it is inert, and Escape
/// does not close it: the ways out are "Log in again" and "Leave".
pub(super) fn expired_dialog(session: Session, cause: EndReason, email: String) -> El {
    let words = words();
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

    let password = el("input")
        .attr("type", "password")
        .attr("autocomplete", "current-password")
        .attr("required", "")
        .attr("autofocus", "")
        .attr("aria-describedby", "session-expired-error");
    let field = password.node().clone();
    // Password managers look for the name beside the password.
    let name = el("input")
        .class("visually-hidden")
        .attr("type", "text")
        .attr("autocomplete", "username")
        .attr("tabindex", "-1")
        .attr("aria-hidden", "true")
        .attr("readonly", "")
        .attr("value", &email);
    let who = el("p")
        .class("note")
        .text(words.logged_in_as)
        .text(" ")
        .child(el("strong").text(&email));
    let leave = el("button")
        .class("button quiet")
        .attr("type", "button")
        .text(words.leave)
        .on("click", move |_| session.command(Command::Leave));
    let submit = el("button")
        .class("button primary")
        .attr("type", "submit")
        .live_attr("aria-disabled", move || busy().then_some("true"))
        .live_text(button_text);
    let problem = el("p")
        .class("error")
        .attr("id", "session-expired-error")
        .attr("role", "alert")
        .live_text(error);
    let form = el("form")
        .class("form")
        .child(who)
        .child(name)
        .child(
            el("label")
                .class("field")
                .child(el("span").class("field-label").text(words.password))
                .child(password),
        )
        .child(problem)
        .child(el("div").class("actions").child(leave).child(submit))
        .on("submit", move |event| {
            event.prevent_default();
            session.log_in(LoginRequest {
                email: email.clone(),
                password: Secret::new(value_of(&field)),
                remember_me: false,
            });
        });
    open(
        dialog("session-expired", || ())
            .child(
                el("h2")
                    .attr("id", "session-expired-title")
                    .text(words.session_expired),
            )
            .child(
                el("div")
                    .attr("id", "session-expired-text")
                    .child(el("p").text(words.ended(cause)))
                    .child(el("p").class("note").text(words.work_is_kept)),
            )
            .child(form),
    )
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
