//! The guard around everything that only a living session may show.
//!
//! Invariant: without a living session its children are not in the page at all, neither visible
//! nor for assistive technology nor in the document; with the next session they are made anew, so
//! nothing of one user is left for another.

use leptos::{children::ViewFn, prelude::*};

use crate::service::{Session, use_session};

/// Shows its children while a session lives, else the fallback.
#[component]
pub fn RequireSession(
    /// What to show without a session.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What only a living session may show.
    children: ChildrenFn,
) -> impl IntoView {
    let epoch = living_epoch(use_session());
    move || match epoch.get() {
        Some(_) => children().into_any(),
        None => fallback.run(),
    }
}

/// Returns the epoch of the living session, if one lives. What depends on it is made anew for each
/// session; a warning changes nothing.
#[must_use]
pub fn living_epoch(session: Session) -> Memo<Option<u64>> {
    Memo::new(move |_| session.view().with(|view| view.user().map(|_| view.epoch)))
}
