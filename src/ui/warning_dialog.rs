//! The warning before the end of a session.
//!
//! Invariants: what the person can still do is one press away, on a button that keeps the focus
//! whatever becomes of the warning; a limit that nothing moves does not keep anybody from saving.

use leptos::prelude::{With as _, untrack};
use session_core::{Command, Extension, Warning};
use session_protocol::WarningCause;

use super::{
    countdown::{countdown, warning_of},
    dialog::{dialog, open},
    element::{El, el},
    reactive::Var,
    words::words,
};
use crate::service::Session;

/// The [`number`] of the limit whose warning the person has put away; zero if there is none.
pub(super) type PutAway = Var<u64>;

/// Numbers the limits from one.
pub(super) const fn number(cause: WarningCause) -> u64 {
    1 + cause as u64
}

/// Shows which limit is near, how long it still is, and what helps. Escape means "stay", or "keep
/// working" where nobody can stay.
pub(super) fn warning_dialog(session: Session, put_away: PutAway) -> El {
    let words = words();
    let warning = move || session.view().with(warning_of);
    let text = move || match warning() {
        Some(warning) if warning.extension == Extension::Refused => words.not_extended,
        Some(warning) => words.warned(warning.cause),
        None => "",
    };
    let busy = move || warning().is_some_and(|it| it.extension == Extension::Busy);
    let go_on_text = move || match warning() {
        Some(warning) if !can_stay(&warning) => words.keep_working,
        _ if busy() => words.extending,
        _ => words.stay_signed_in,
    };
    let go_on = move || match untrack(warning) {
        Some(warning) if !can_stay(&warning) => put_away.set(number(warning.cause)),
        _ => session.command(Command::StaySignedIn),
    };

    let log_out = el("button.button.quiet type=button")
        .text(words.log_out)
        .on("click", move |_| session.command(Command::LogOut));
    let go_on_button = el("button.button.primary type=button autofocus")
        .live_attr("aria-disabled", move || busy().then_some("true"))
        .live_text(go_on_text)
        .on("click", move |_| go_on());
    let shown = dialog("session-warning", go_on)
        .child(el("h2 id=session-warning-title").text(words.about_to_expire))
        .child(el("p id=session-warning-text").live_text(text));
    let shown = countdown(shown, session);
    open(shown.child(el("div.actions").child(log_out).child(go_on_button)))
}

/// Shows how long a session still is whose warning was put away. The page stays usable.
pub(super) fn warning_notice(session: Session) -> El {
    let text = el("p role=status").text(words().about_to_expire);
    countdown(el("aside.session-notice").child(text), session)
}

/// Returns whether the person can have the session extended.
pub(super) fn can_stay(warning: &Warning) -> bool {
    warning.extendable && warning.extension != Extension::Refused
}
