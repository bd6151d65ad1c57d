//! What stands over protected contents while nobody knows whether their session still lives.
//!
//! Invariants: covered contents are not painted, printed, found, focused or told to assistive
//! technology; they stay in the document as they are, with text, caret and scroll position; the
//! focus that they had returns when the cover goes, unless the person moved it meanwhile.

use leptos::prelude::*;
use session_core::{Assurance, ConnectionStatus, SessionView};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::{
    element::{El, el, set_attribute, set_property},
    words::words,
};
use crate::service::Session;

/// Puts `contents` under a cover that stands there while the view of the session says so. Without
/// a living session there is nothing to show, so they stay hidden then.
#[must_use]
pub fn covered(session: Session, contents: El) -> El {
    let words = words();
    let state = move || session.view().with(State::of);
    let message = move || match state() {
        State::Shown | State::Gone => "",
        State::Checking => words.checking,
        State::Offline => words.covered_offline,
    };
    let cover = el("div.session-cover tabindex=-1").child(el("p role=status").live_text(message));
    let (below, above) = (contents.node().clone(), cover.node().clone());
    let mut left = None::<Element>;
    let follow = move || {
        let state = state();
        let shown = state == State::Shown;
        if shown != below.has_attribute("inert") {
            return;
        }
        let focused = document().active_element();
        let inside = |region: &Element| region.contains(focused.as_deref());
        // Moved by hand: browsers take the focus from what is inert at a time of their own. After
        // the end of the session a dialog takes it anyway, and soonest if nobody is before it.
        if !shown && state != State::Gone && inside(&below) {
            left.clone_from(&focused);
            focus(&above);
        }
        set_attribute(&below, "inert", (!shown).then_some(""));
        // Not by a class: what is protected is covered in apps with any style sheet. A descendant
        // may undo the first of the two, but not the second.
        let style = if shown {
            ""
        } else {
            "visibility:hidden;opacity:0"
        };
        set_property(&below, "style", &style.into());
        if shown && inside(&above) {
            left.take().as_ref().map(focus).unwrap_or_default();
        }
    };
    el("div.session-guard")
        .child(contents)
        .child(cover)
        .effect(follow)
}

/// What becomes of the contents.
#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    Shown,
    /// The server is being asked.
    Checking,
    /// The server will be asked.
    Offline,
    /// There is no session that they could belong to.
    Gone,
}

impl State {
    fn of(view: &SessionView) -> Self {
        match (view.user(), view.assurance) {
            (None, _) => Self::Gone,
            (Some(_), Assurance::Verified | Assurance::Unverified) => Self::Shown,
            (Some(_), Assurance::Covered) if view.connection == ConnectionStatus::Offline => {
                Self::Offline
            }
            (Some(_), Assurance::Covered) => Self::Checking,
        }
    }
}

/// Gives the focus without moving the page.
fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        element.focus_with_options(&options).unwrap_or_default();
    }
}
