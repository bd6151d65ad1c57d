//! The guard around everything that only a living session may show.
//!
//! Invariants: without a living session its children are not in the page at all, neither visible
//! nor for assistive technology nor in the document; with the next session they are made anew, so
//! nothing of one user is left for another. While the session may be over without anybody knowing,
//! they stay in the document under a [cover](covered).

use leptos::{children::ViewFn, prelude::*};

use session_core::SessionView;

use super::{
    cover::covered,
    element::el,
    reactive::{Var, memo},
};
use crate::service::{Session, use_session};

/// Shows its children while a session lives, else the fallback. They stand in a
/// `div.session-guarded` beside a `div.session-cover`, both in a `div.session-guard`.
#[component]
pub fn RequireSession(
    /// What to show without a session.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What only a living session may show.
    children: ChildrenFn,
) -> impl IntoView {
    let session = use_session();
    let epoch = living_epoch(session);
    move || {
        if epoch.get() == 0 {
            return fallback.run();
        }
        let contents = el("div.session-guarded").holding(children());
        covered(session, contents).into_leptos().into_any()
    }
}

/// Returns the epoch of the living session; zero if none lives. What depends on it is made anew for
/// each session; a warning changes nothing.
#[must_use]
pub fn living_epoch(session: Session) -> Var<u64> {
    memo(move || {
        let living = |view: &SessionView| view.user().map_or(0, |_| view.epoch);
        session.view().with(living)
    })
}
