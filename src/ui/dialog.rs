//! A native modal dialog that only its owner opens and closes.
//!
//! Invariants: the page behind it is inert for everybody (HTML, modal dialogs); focus goes in when
//! it is mounted and back to where it was when it goes; Escape does what the owner says and never
//! leaves a dead page behind.
//!
//! Source: WAI-ARIA APG, Alert and Message Dialogs pattern; HTML, the dialog element.

use leptos::{ev, html, prelude::*};
use web_sys::HtmlDialogElement;

/// A modal alert dialog, open as long as it is mounted. The element with the identifier
/// `{id}-title` names it, the one with `{id}-text` describes it.
#[component]
pub(super) fn ModalDialog(
    /// Identifier of the element.
    id: &'static str,
    /// Does what Escape means here.
    on_escape: Callback<()>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let shown = StoredValue::new_local(None::<Shown>);
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            shown.set_value(Some(Shown::new(dialog)));
        }
    });

    // A browser closes a dialog on the second Escape even if `cancel` was cancelled, so the key is
    // caught before, and a dialog that closed all the same is opened again.
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            on_escape.run(());
        }
    };
    let on_close = move |_| {
        if let Some(dialog) = element.get_untracked() {
            show(&dialog);
        }
    };

    view! {
        <dialog
            node_ref=element
            id=id
            class="session-dialog"
            role="alertdialog"
            aria-modal="true"
            aria-labelledby=format!("{id}-title")
            aria-describedby=format!("{id}-text")
            on:keydown=on_key
            on:cancel=move |event: ev::Event| event.prevent_default()
            on:close=on_close
        >
            {children()}
        </dialog>
    }
}

/// A dialog that was opened. It is closed when this value goes, which gives the focus back.
struct Shown(HtmlDialogElement);

impl Shown {
    fn new(dialog: HtmlDialogElement) -> Self {
        // Browsers that know the attribute leave the dialog alone on Escape (HTML, `closedby`).
        dialog.set_attribute("closedby", "none").unwrap_or_default();
        show(&dialog);
        Self(dialog)
    }
}

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
