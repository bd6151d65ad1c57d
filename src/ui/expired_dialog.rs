//! The dialog after the end of a session: log in again in place, or leave.

use session_core::Command;
use session_protocol::{EndReason, Secret, http::LoginRequest};

use super::{
    dialog::{dialog, open},
    element::{El, el, set_attribute, value_of},
    field::{field, username},
    login_progress::{problem, submit},
    words::words,
};
use crate::service::Session;

const PROBLEM: &str = "session-expired-error";

/// Tells why the session ended and takes the password. The page behind it is inert, and Escape
/// does not close it: the ways out are "Log in again" and "Leave".
pub(super) fn expired_dialog(session: Session, cause: EndReason, email: String) -> El {
    let words = words();
    let (password, field) = field(words.password, "password", "current-password", PROBLEM);
    set_attribute(&field, "autofocus", Some(""));
    let who = el("p.note")
        .text(words.logged_in_as)
        .text(" ")
        .child(el("strong").text(&email));
    let leave = el("button.button.quiet type=button")
        .text(words.leave)
        .on("click", move |_| session.command(Command::Leave));
    let submit = submit(session, words.log_in_again);
    let problem = problem(session, PROBLEM);
    let form = el("form.form")
        .child(who)
        .child(username(&email))
        .child(password)
        .child(problem)
        .child(el("div.actions").child(leave).child(submit))
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
            .child(el("h2 id=session-expired-title").text(words.session_expired))
            .child(
                el("div id=session-expired-text")
                    .child(el("p").text(words.ended(cause)))
                    .child(el("p.note").text(words.work_is_kept)),
            )
            .child(form),
    )
}
