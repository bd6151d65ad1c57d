//! JSON between text and [`serde_json::Value`].
//!
//! Natively this is `serde_json`. In a browser it is the browser's own `JSON`: its parser is there
//! already, where a second one would add 8 KB (brotli) to the bundle. Invariants: both accept the
//! same documents and give the same values for every integer up to 2^53; text of any content gives
//! an answer, never a panic. Depth is bounded by the caller.

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{parse, write};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{parse, write};

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use serde_json::Value;

    pub(crate) fn parse(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn write(value: &Value) -> String {
        value.to_string()
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use js_sys::{Array, JSON, Object, Reflect};
    use serde_json::{Map, Number, Value};
    use wasm_bindgen::{JsCast as _, JsValue};

    pub(crate) fn parse(text: &str) -> Option<Value> {
        JSON::parse(text).ok().map(|value| from_js(&value))
    }

    pub(crate) fn write(value: &Value) -> String {
        // `stringify` answers nothing for functions and symbols only.
        JSON::stringify(&to_js(value))
            .map(String::from)
            .unwrap_or_default()
    }

    fn from_js(value: &JsValue) -> Value {
        if let Some(text) = value.as_string() {
            return Value::String(text);
        }
        if let Some(number) = value.as_f64() {
            return Value::Number(from_f64(number));
        }
        if let Some(flag) = value.as_bool() {
            return Value::Bool(flag);
        }
        if let Some(array) = value.dyn_ref::<Array>() {
            return Value::Array(array.iter().map(|item| from_js(&item)).collect());
        }
        if let Some(object) = value.dyn_ref::<Object>() {
            let mut fields = Map::new();
            for name in Object::keys(object).iter() {
                let field = Reflect::get(object, &name).unwrap_or(JsValue::NULL);
                fields.insert(name.as_string().unwrap_or_default(), from_js(&field));
            }
            return Value::Object(fields);
        }
        Value::Null
    }

    /// Largest integer that a JavaScript number holds exactly, 2^53.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    fn from_f64(number: f64) -> Number {
        if number.fract() == 0.0 && number.abs() <= EXACT {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole and in the exact range"
            )]
            return Number::from(number as i64);
        }
        Number::from_f64(number).unwrap_or_else(|| Number::from(0))
    }

    fn to_js(value: &Value) -> JsValue {
        match value {
            Value::Null => JsValue::NULL,
            Value::Bool(flag) => JsValue::from_bool(*flag),
            Value::Number(number) => JsValue::from_f64(number.as_f64().unwrap_or_default()),
            Value::String(text) => JsValue::from_str(text),
            Value::Array(items) => items.iter().map(to_js).collect::<Array>().into(),
            Value::Object(fields) => {
                // Without a prototype, `__proto__` is a name like any other.
                let object: Object = Object::create(JsValue::NULL.unchecked_ref());
                for (name, field) in fields {
                    // Setting a field of a plain object does not fail.
                    Reflect::set(&object, &JsValue::from_str(name), &to_js(field))
                        .unwrap_or_default();
                }
                object.into()
            }
        }
    }
}
