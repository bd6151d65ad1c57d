//! JavaScript where Rust would only be longer, and browser APIs replaced for the time of a test.

use js_sys::Reflect;
use wasm_bindgen::{JsCast as _, JsValue};

/// A `WebSocket` without a network; the newest one is `WebSocket.latest`, and
/// `WebSocket.count` counts them.
pub const FAKE_WEB_SOCKET: &str = "(class {
    constructor(url, protocols) {
        Object.assign(this, { url, protocols, sent: [], closes: 0, readyState: 0 });
        Object.assign(this, { onopen: null, onmessage: null, onclose: null, onerror: null });
        WebSocket.latest = this;
        WebSocket.count = (WebSocket.count ?? 0) + 1;
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

/// A property that only has a getter, and says something else until this value is dropped.
#[derive(Debug)]
#[must_use = "dropping it puts the original back"]
pub struct Shadowed {
    object: JsValue,
    name: &'static str,
    /// The property of the object itself; undefined if the original lives on the prototype.
    original: JsValue,
}

impl Shadowed {
    /// Lets the property of `object`, an expression, have the value of another one.
    pub fn new(object: &str, name: &'static str, value: &str) -> Self {
        let object = javascript(object);
        let target: &js_sys::Object = object.unchecked_ref();
        let original = js_sys::Object::get_own_property_descriptor(target, &name.into());
        let getter = javascript(&format!("({{ configurable: true, get: () => {value} }})"));
        js_sys::Object::define_property(target, &name.into(), getter.unchecked_ref());
        Self {
            object,
            name,
            original,
        }
    }
}

impl Drop for Shadowed {
    fn drop(&mut self) {
        let target: &js_sys::Object = self.object.unchecked_ref();
        if self.original.is_undefined() {
            Reflect::delete_property(target, &self.name.into()).unwrap();
        } else {
            let original = self.original.unchecked_ref();
            js_sys::Object::define_property(target, &self.name.into(), original);
        }
    }
}
