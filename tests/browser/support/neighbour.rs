//! Another page of this browser: a frame of the same origin with a storage of the same content.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Element;

use super::{
    javascript::{call, property},
    page::document,
};

/// A frame, removed when it is dropped.
#[derive(Debug)]
pub struct Neighbour {
    element: Element,
}

impl Neighbour {
    pub fn open() -> Self {
        let element = document().create_element("iframe").unwrap();
        document().body().unwrap().append_child(&element).unwrap();
        Self { element }
    }

    /// Writes a value into the local storage and removes it again.
    pub fn write(&self, key: &str, value: &str) {
        let storage = property(&self.window(), "localStorage");
        call(&storage, "setItem", &[key.into(), value.into()]);
        call(&storage, "removeItem", &[key.into()]);
    }

    /// Listens for values that are written under `key`; returns those so far.
    pub fn listen(&self, key: &str) -> impl Fn() -> Vec<String> {
        let script = "window.heard = [], addEventListener('storage', ({ key, newValue }) => {
            if (newValue !== null) { heard.push([key, newValue]); }
        })";
        let window = self.window();
        call(&window, "eval", &[script.into()]);
        let key = key.to_owned();
        move || {
            let heard = js_sys::Array::from(&property(&window, "heard"));
            let pairs = heard.iter().map(|pair| js_sys::Array::from(&pair));
            let ours = pairs.filter(|pair| pair.get(0) == *key);
            ours.filter_map(|pair| pair.get(1).as_string()).collect()
        }
    }

    fn window(&self) -> JsValue {
        property(self.element.unchecked_ref(), "contentWindow")
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.element.remove();
    }
}
