//! The badge that tells how the socket is.

use leptos::prelude::*;
use session_core::ConnectionStatus as Status;

use super::words::words;
use crate::service::use_session;

/// Tells in one word how the socket is, to eyes and to screen readers.
#[component]
pub fn ConnectionStatus() -> impl IntoView {
    let (session, words) = (use_session(), words());
    let status = move || session.view().with(|view| view.connection);
    let state = move || match status() {
        Status::Live => "live",
        Status::Connecting => "connecting",
        Status::Reconnecting => "reconnecting",
        Status::Offline => "offline",
        Status::StandingBy => "standing-by",
    };
    let text = move || match status() {
        Status::Live => words.live,
        Status::Connecting => words.connecting,
        Status::Reconnecting => words.reconnecting,
        Status::Offline => words.offline,
        Status::StandingBy => words.standing_by,
    };
    view! { <span class="status-badge" role="status" data-state=state>{text}</span> }
}
