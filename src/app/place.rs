//! Where the person is in the page: the field with the focus, and the caret in it.
//!
//! Expiry takes the page's contents away, and a login in place brings them back; this brings the
//! caret back, too. Invariant: only identifiers of elements and positions are kept, never text.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use crate::{
    platform::{frame::Frame, history, window},
    ui::reactive::Var,
};

/// The remembered place. Small and `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Identifier of the element in the page that had the focus last.
    focused: Var<String>,
    spot: Var<Option<Spot>>,
    frame: Var<Option<Frame>>,
}

#[derive(Clone)]
struct Spot {
    path: String,
    id: String,
    caret: Option<(u32, u32)>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            focused: Var::new(String::new()),
            spot: Var::new(None),
            frame: Var::new(None),
        }
    }

    /// Notes which element has the focus. For the element around all pages.
    pub(crate) fn focus_moved(self) {
        self.focused
            .set(active().map(|element| element.id()).unwrap_or_default());
    }

    /// Remembers the place, also while a dialog or the cover has the focus for a moment.
    pub(crate) fn remember(self) {
        let active = active();
        let in_page = active.as_ref().is_some_and(|it| !it.id().is_empty());
        // The browser takes the focus to the body when it leaves the elements of a dialog.
        let is_lent = active
            .as_ref()
            .is_some_and(|it| it.matches("body, dialog, dialog *, .session-cover") == Ok(true));
        let id = match active {
            Some(element) if in_page && !is_lent => element.id(),
            Some(_) if is_lent => self.focused.get_untracked(),
            Some(_) | None => return,
        };
        let Some(element) = by_id(&id) else { return };
        self.spot.set(Some(Spot {
            path: history::path(),
            caret: caret(&element),
            id,
        }));
    }

    /// Goes to the remembered place before the next paint, if this page has it. A place is gone
    /// to once.
    pub(crate) fn restore(self) {
        let Some(spot) = self.spot.get_untracked() else {
            return;
        };
        if spot.path != history::path() {
            return;
        }
        let go = move || {
            if let Some(element) = by_id(&spot.id) {
                self.spot.set(None);
                focus(&element);
                set_caret(&element, spot.caret);
            }
        };
        self.before_paint(Box::new(go));
    }

    /// Gives the focus to the heading of the page before the next paint, so that keyboard and
    /// screen reader begin there.
    pub(crate) fn begin_page(self) {
        let go = || {
            if let Some(document) = window().document() {
                focus_on(document.query_selector("main h1"));
            }
        };
        self.before_paint(Box::new(go));
    }

    /// If `region`, whose contents are about to be replaced, has the focus: gives it to the heading
    /// of the page, or to the first button of the row in which the region is.
    pub(crate) fn hand_over(self, region: &Element) {
        if region.contains(active().as_deref())
            && let Ok(Some(heir)) = region.closest("li, main")
        {
            self.before_paint(Box::new(move || {
                focus_on(heir.query_selector("h1, button"));
            }));
        }
    }

    fn before_paint(self, go: Box<dyn FnOnce()>) {
        self.frame.set(Some(Frame::next(go)));
    }
}

fn focus_on(found: Result<Option<Element>, JsValue>) {
    if let Ok(Some(found)) = found {
        focus(&found);
    }
}

fn active() -> Option<Element> {
    window().document()?.active_element()
}

fn by_id(id: &str) -> Option<Element> {
    window().document()?.get_element_by_id(id)
}

/// Gives the focus to an element.
pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // Elements that cannot have the focus leave it where it is.
        element.focus().unwrap_or_default();
    }
}

fn caret(element: &Element) -> Option<(u32, u32)> {
    let (start, end) = if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        (input.selection_start(), input.selection_end())
    } else {
        let text = element.dyn_ref::<HtmlTextAreaElement>()?;
        (text.selection_start(), text.selection_end())
    };
    Some((start.ok()??, end.ok()??))
}

fn set_caret(element: &Element, caret: Option<(u32, u32)>) {
    let Some((start, end)) = caret else { return };
    // Positions behind the end mean the end (HTML, setSelectionRange).
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_selection_range(start, end).unwrap_or_default();
    } else if let Some(text) = element.dyn_ref::<HtmlTextAreaElement>() {
        text.set_selection_range(start, end).unwrap_or_default();
    }
}
