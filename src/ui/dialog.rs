//! A native modal dialog that only its owner opens and closes.
//!
//! Invariants: the page behind it is inert for everybody (HTML, modal dialogs); focus goes in when
//! it is opened and back to where it was when it goes; Escape does what the owner says, wherever
//! the focus is, and never leaves a dead page behind.
//!
//! Source: WAI-ARIA APG, Alert and Message Dialogs pattern; HTML, the dialog element.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Event, HtmlDialogElement, KeyboardEvent};

use super::element::{El, el};

/// Begins a modal alert dialog. The element with the identifier `{id}-title` names it, the one
/// with `{id}-text` describes it. Once its contents stand, [`open`] opens it.
pub(crate) fn dialog(id: &str, on_escape: impl Fn() + 'static) -> El {
    erased(id, Rc::new(on_escape))
}

fn erased(id: &str, on_escape: Rc<dyn Fn()>) -> El {
    let on_key = Rc::clone(&on_escape);
    el("dialog.session-dialog")
        .attr("id", id)
        .attr("role", "alertdialog")
        .attr("aria-modal", "true")
        .attr("aria-labelledby", &[id, "-title"].concat())
        .attr("aria-describedby", &[id, "-text"].concat())
        // Browsers close a dialog on the second Escape even if `cancel` was cancelled, so the key is
        // caught before, and a dialog that closed all the same is opened again.
        .on("keydown", move |event| {
            if is_escape(&event) {
                event.prevent_default();
                event.stop_propagation();
                on_key();
            }
        })
        // A key that was pressed while the focus was in no element of the page, or a gesture that
        // means the same (HTML, close requests). Of several dialogs only the uppermost hears it.
        .on("cancel", move |event| {
            event.prevent_default();
            on_escape();
        })
        .on("close", |event| {
            let dialog = event.target().and_then(|target| target.dyn_into().ok());
            if let Some(dialog) = dialog {
                show(&dialog);
            }
        })
}

/// Returns whether the key that means "not this" was pressed.
pub(crate) fn is_escape(event: &Event) -> bool {
    let pressed = event.dyn_ref::<KeyboardEvent>();
    pressed.is_some_and(|it| it.key() == "Escape")
}

/// Opens the dialog as soon as it stands in the page; it is closed, which gives the focus back,
/// when it goes.
pub(crate) fn open(dialog: El) -> El {
    let Some(element) = dialog.node().dyn_ref::<HtmlDialogElement>().cloned() else {
        return dialog;
    };
    let shown = Shown(element.clone());
    leptos::task::spawn_local(async move { show(&element) });
    dialog.keep(shown)
}

struct Shown(HtmlDialogElement);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn show(dialog: &HtmlDialogElement) {
    if dialog.is_connected() && !dialog.open() {
        // Throws only for a dialog that is open or not in the page.
        dialog.show_modal().unwrap_or_default();
    }
}
