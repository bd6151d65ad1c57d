//! The way in, and why the last session ended.

use leptos::prelude::*;
use session_core::Phase;
use session_protocol::EndReason;

use crate::{
    app::{context::Context, kit, nav},
    ui::{
        element::{El, el},
        login_form,
        words::words,
    },
};

pub(in crate::app) fn page(cx: Context) -> El {
    let w = words();
    let ended = move || cx.session.view().with(|view| ended_of(&view.phase));
    let reason = move || {
        // A visitor whom the server does not know was never logged in.
        let ended = ended().filter(|reason| *reason != EndReason::NoSession);
        ended.map_or("", |reason| w.ended(reason))
    };
    let drafts = move || match ended() {
        Some(EndReason::LoggedOut) => cx.words.logout_drafts,
        _ => "",
    };
    let card = el("section.card")
        .child(kit::heading(w.log_in))
        .child(kit::told("reason", reason))
        .child(el("p.note").live_text(drafts))
        .child(login_form(cx.session));
    let main = el("main.login id=main")
        .child(card)
        .child(kit::note(cx.words.claim));
    el("div.page").child(nav::bare_bar()).child(main)
}

fn ended_of(phase: &Phase) -> Option<EndReason> {
    match phase {
        Phase::Anonymous { ended, .. } => *ended,
        Phase::Restoring
        | Phase::Active { .. }
        | Phase::Warned { .. }
        | Phase::Expired { .. }
        | Phase::LoggingOut => None,
    }
}
