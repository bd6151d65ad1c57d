//! The badge that tells how the socket is.

use leptos::prelude::*;
use session_core::ConnectionStatus as Status;

use super::{
    element::{El, el},
    words::words,
};
use crate::service::{Session, use_session};

/// Tells in one word how the socket is, to eyes and to screen readers.
#[component]
pub fn ConnectionStatus() -> impl IntoView {
    connection_status(use_session()).into_leptos()
}

/// As [`ConnectionStatus`], for pages made of [`El`].
#[must_use]
pub fn connection_status(session: Session) -> El {
    let words = words();
    let status = move || connection(session);
    let state = move || match status() {
        Status::Live => "live",
        Status::Connecting => "connecting",
        Status::Reconnecting => "reconnecting",
        Status::Degraded => "degraded",
        Status::Offline => "offline",
        Status::StandingBy => "standing-by",
    };
    let text = move || match status() {
        Status::Live => words.live,
        Status::Connecting => words.connecting,
        Status::Reconnecting => words.reconnecting,
        Status::Degraded => words.degraded,
        Status::Offline => words.offline,
        Status::StandingBy => words.standing_by,
    };
    el("span.status-badge role=status")
        .live_attr("data-state", move || Some(state()))
        .live_text(text)
}

/// Returns how the socket is; reactive closures follow it.
pub(crate) fn connection(session: Session) -> Status {
    session.view().with(|view| view.connection)
}
