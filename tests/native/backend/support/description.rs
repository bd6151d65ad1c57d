//! The descriptions in `docs/`, to which every answer and every message of the tests is held.

use std::{path::PathBuf, sync::LazyLock};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::Answer;

/// The API description.
pub(crate) static API: LazyLock<Value> = LazyLock::new(|| read("openapi.json"));
/// The schema of socket messages.
pub(crate) static SOCKET: LazyLock<Value> = LazyLock::new(|| read("socket.schema.json"));
static SERVER_MESSAGE: LazyLock<Validator> = LazyLock::new(|| message_validator("ServerMessage"));

fn read(name: &str) -> Value {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../docs", name]
        .iter()
        .collect();
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the validator of a schema of the API description, by its reference.
pub(crate) fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = API["components"].clone();
    jsonschema::draft202012::new(&schema).expect("a good schema")
}

/// Returns the validator of `ClientMessage` or `ServerMessage`.
pub(crate) fn message_validator(name: &str) -> Validator {
    let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": SOCKET["$defs"] });
    jsonschema::draft202012::new(&schema).expect("a good schema")
}

/// Fails unless a message of the server is one that the schema describes.
#[track_caller]
pub(crate) fn expect_described_message(message: &Value) {
    let fault = SERVER_MESSAGE.validate(message).err();
    assert!(fault.is_none(), "{message}: {fault:?}");
}

/// Returns the described operation of a call.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let segments: Vec<_> = path.split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<_> = pattern.split('/').collect();
        pattern.len() == segments.len()
            && pattern.iter().zip(&segments).all(|(expected, found)| {
                expected == found || expected.starts_with('{') && !found.is_empty()
            })
    };
    let paths = API["paths"].as_object()?.iter();
    // What is written out goes before what a parameter stands for.
    let mut paths: Vec<_> = paths.filter(|(pattern, _)| fits(pattern)).collect();
    paths.sort_by_key(|(pattern, _)| pattern.matches('{').count());
    let mut methods = paths.into_iter().map(|(_, methods)| methods);
    let method = match method {
        "HEAD" => "get".to_owned(),
        method => method.to_lowercase(),
    };
    methods.find_map(|methods| methods.get(&method))
}

/// Fails unless the answer is one that the description promises for the call.
#[track_caller]
pub(crate) fn expect_described(method: &str, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else {
        let is_declared = ["/api", "/demo", "/ws", "/healthz", "/metrics"];
        let is_declared = is_declared.iter().any(|prefix| path.starts_with(prefix));
        let refused = matches!(answer.status, 404 | 405) || method == "OPTIONS";
        assert!(refused || !is_declared, "{method} {path}: {answer:?}");
        return;
    };
    let promised = &operation["responses"];
    let range = format!("{}XX", answer.status / 100);
    let promised = promised
        .get(answer.status.to_string())
        .or_else(|| promised.get(&range))
        .unwrap_or_else(|| panic!("{method} {path} promises no such answer: {answer:?}"));
    let promised = match promised["$ref"].as_str() {
        Some(reference) => API.pointer(&reference[1..]).unwrap(),
        None => promised,
    };
    let Some(content) = promised["content"].as_object() else {
        assert_eq!(answer.text, "", "{method} {path}");
        return;
    };
    let schema = content.get(answer.header("content-type"));
    let schema = schema.unwrap_or_else(|| panic!("{method} {path}, type: {answer:?}"));
    let body = if answer.header("content-type").contains("json") {
        answer.json()
    } else {
        Value::from(answer.text.as_str())
    };
    let fault = validator(&schema["schema"])
        .validate(&body)
        .map_err(|fault| fault.to_string());
    assert_eq!(fault, Ok(()), "{method} {path}: {body}");
}
