//! A user's hands: click, type, press a key.

use js_sys::Object;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use super::{
    javascript::{call, javascript},
    wait::tick,
};

/// Clicks an element, as a pointer or the Enter key would.
pub async fn click(element: &HtmlElement) {
    element.click();
    tick().await;
}

/// Replaces the text of a field.
pub async fn fill(element: &HtmlElement, text: &str) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_value(text);
    } else {
        element
            .unchecked_ref::<HtmlTextAreaElement>()
            .set_value(text);
    }
    dispatch(element, "Event", "input", "{ bubbles: true }");
    tick().await;
}

/// Presses a key while `element` has the focus. Returns whether the page cancelled it.
pub async fn press(element: &Element, key: &str) -> bool {
    let init = format!("{{ key: '{key}', bubbles: true, cancelable: true }}");
    let cancelled = dispatch(element, "KeyboardEvent", "keydown", &init);
    tick().await;
    cancelled
}

/// Dispatches an event that this script made (so it is not trusted). Returns whether it was
/// cancelled.
pub fn dispatch(target: &JsValue, class: &str, name: &str, init: &str) -> bool {
    let event = javascript(&format!("new {class}('{name}', {init})"));
    call(target, "dispatchEvent", &[event]) == JsValue::FALSE
}

/// Returns whether both are the same node.
pub fn same(one: &Element, other: &Element) -> bool {
    Object::is(one, other)
}
