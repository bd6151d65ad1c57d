//! The warning before the end of a session.

use leptos::prelude::{With as _, untrack};
use session_core::{Command, Extension, Phase, Warning};

use super::{
    countdown::{clock_text, seconds_left, spoken},
    dialog::{dialog, open},
    element::{El, el},
    reactive::memo,
    words::words,
};
use crate::service::Session;

/// Shows which limit is near, how long it still is, and what helps. Escape means "stay".
pub(super) fn warning_dialog(session: Session) -> El {
    let words = words();
    let warning = move || session.view().with(|view| warning_of(&view.phase));
    let extension = move || warning().map(|warning| warning.extension);
    let ends_at = move || warning().map(|warning| warning.ends_at).unwrap_or_default();
    let left = seconds_left(session, ends_at);
    let announced = memo(move || spoken(left.get()).unwrap_or(0));
    let announcement = move || match announced.get() {
        0 => String::new(),
        _ => [
            left.get_untracked().to_string().as_str(),
            " ",
            words.seconds_left,
        ]
        .concat(),
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
    let busy = move || extension() == Some(Extension::Busy);
    let stay_text = move || {
        if busy() {
            words.extending
        } else {
            words.stay_signed_in
        }
    };

    let countdown = el("p.countdown role=timer aria-live=off")
        .attr("aria-label", words.time_left)
        .live_text(move || clock_text(left.get()));
    let log_out = el("button.button.quiet type=button")
        .text(words.log_out)
        .on("click", move |_| session.command(Command::LogOut));
    let stay_button = el("button.button.primary type=button autofocus")
        .live_flag("hidden", move || {
            !warning().is_some_and(|warning| warning.extendable)
        })
        .live_attr("aria-disabled", move || busy().then_some("true"))
        .live_text(stay_text)
        .on("click", move |_| stay());
    let heading = el("h2 id=session-warning-title tabindex=-1");
    // Without a way to extend, the first focus must not be on "Log out", one key away from it.
    let extendable = untrack(warning).is_some_and(|warning| warning.extendable);
    let heading = if extendable {
        heading
    } else {
        heading.attr("autofocus", "")
    };
    open(
        dialog("session-warning", stay)
            .child(heading.text(words.about_to_expire))
            .child(el("p id=session-warning-text").live_text(text))
            .child(countdown)
            .child(el("p.visually-hidden role=status").live_text(announcement))
            .child(el("div.actions").child(log_out).child(stay_button)),
    )
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
