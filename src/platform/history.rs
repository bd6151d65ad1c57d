//! The address bar: where the page is, and moving without loading.
//!
//! Source: HTML, session history.

use wasm_bindgen::JsValue;

use super::{listener::Listener, window};

/// Returns the path of the page, with its query and fragment.
#[must_use]
pub fn path() -> String {
    let location = window().location();
    let parts = [location.pathname(), location.search(), location.hash()];
    parts.into_iter().map(Result::unwrap_or_default).collect()
}

/// Goes to `path` with a new entry in the history.
pub fn push(path: &str) {
    if let Ok(history) = window().history() {
        history
            .push_state_with_url(&JsValue::NULL, "", Some(path))
            .unwrap_or_default();
    }
}

/// Goes to `path` in place of the current entry.
pub fn replace(path: &str) {
    if let Ok(history) = window().history() {
        history
            .replace_state_with_url(&JsValue::NULL, "", Some(path))
            .unwrap_or_default();
    }
}

/// Calls `callback` when the user goes back or forward.
pub fn on_move(callback: impl Fn() + 'static) -> Listener {
    Listener::new(&window(), "popstate", move |_| callback())
}
