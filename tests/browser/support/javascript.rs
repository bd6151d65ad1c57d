//! JavaScript where Rust would only be longer, and browser APIs replaced for the time of a test.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A `WebSocket` without a network; the newest one is `WebSocket.latest`.
pub const FAKE_WEB_SOCKET: &str = "(class {
    constructor(url, protocols) {
        Object.assign(this, { url, protocols, sent: [], closes: 0, readyState: 0 });
        Object.assign(this, { onopen: null, onmessage: null, onclose: null, onerror: null });
        WebSocket.latest = this;
    }
    send(text) { this.sent.push(text); }
    refuseSending() { this.send = () => { throw new Error('closing'); }; }
    close(code) { this.closes += 1; this.code ??= code; }
    raise(handler, event) { this[handler]?.(event); }
    deliver(data) { this.onmessage?.(new MessageEvent('message', { data })); }
})";

/// Evaluates an expression.
pub fn javascript(expression: &str) -> JsValue {
    js_sys::eval(expression).unwrap()
}

/// Reads a property.
pub fn property(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

/// Calls a method.
pub fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> JsValue {
    let method: js_sys::Function = property(object, name).into();
    let arguments: js_sys::Array = arguments.iter().collect();
    method.apply(object, &arguments).unwrap()
}

/// A property that holds something else until this value is dropped.
#[derive(Debug)]
#[must_use = "dropping it puts the original back"]
pub struct Replaced {
    object: JsValue,
    name: &'static str,
    original: JsValue,
}

impl Replaced {
    /// Puts the value of `replacement` into the property of `object`, both expressions.
    pub fn new(object: &str, name: &'static str, replacement: &str) -> Self {
        let object = javascript(object);
        let original = property(&object, name);
        let replacement = javascript(replacement);
        Reflect::set(&object, &name.into(), &replacement).unwrap();
        Self {
            object,
            name,
            original,
        }
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        Reflect::set(&self.object, &self.name.into(), &self.original).unwrap();
    }
}
