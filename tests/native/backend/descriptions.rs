//! The API description and the schema of socket messages agree with the routes and the types.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::{Value, json};
use session_backend::{Credential, Guard, routes};
use session_protocol::{ClientMessage, MessageNames, ServerMessage};

use crate::support::{API, SOCKET, message_validator, validator};

/// Returns the golden messages and bodies whose names begin so.
fn fixtures(prefix: &str) -> Vec<(String, Value)> {
    let folder: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "../../tests/native/wire/fixtures",
    ]
    .iter()
    .collect();
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let named = files.filter_map(|path| {
        let name = path.file_stem()?.to_str()?.to_owned();
        let text = fs::read_to_string(&path).ok()?;
        Some((name, serde_json::from_str(&text).ok()?))
    });
    named.filter(|(name, _)| name.starts_with(prefix)).collect()
}

#[test]
fn the_api_description_has_exactly_the_routes() {
    let mut described = BTreeSet::new();
    for (path, methods) in API["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            described.insert((method.to_uppercase(), path.clone(), name.to_owned()));
        }
    }
    let routes: BTreeSet<_> = routes()
        .into_iter()
        .map(|route| [route.method, route.path, route.operation].map(str::to_owned))
        .map(|[method, path, operation]| (method, path, operation))
        .collect();
    assert_eq!(described, routes);
}

#[test]
fn the_api_description_names_guard_and_credential_of_each_route() {
    for route in routes() {
        let operation = &API["paths"][route.path][route.method.to_lowercase()];
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let headers: Vec<_> = parameters
            .filter_map(|parameter| parameter["$ref"].as_str()?.rsplit('/').next())
            .collect();
        let expected: &[_] = match route.guard {
            Guard::Unforged => &["RequestedWith", "Origin", "FetchSite"],
            Guard::ListedOrigin => &["Origin"],
            Guard::Harmless | Guard::NotForeign => &[],
        };
        assert_eq!(headers, expected, "{}", route.operation);
        let credentials = match route.credential {
            Credential::None => json!([]),
            Credential::Cookie => json!([{ "refreshCookie": [] }]),
            Credential::Bearer => json!([{ "accessToken": [] }]),
            Credential::Either => json!([{ "accessToken": [] }, { "refreshCookie": [] }]),
        };
        assert_eq!(operation["security"], credentials, "{}", route.operation);
        let is_demo = operation["tags"] == json!(["demo"]);
        assert_eq!(is_demo, route.demo_only, "{}", route.operation);
        let takes_json = operation["requestBody"]["content"].get("application/json");
        let demands_json = route.guard == Guard::Unforged;
        assert!(takes_json.is_some() || !demands_json, "{}", route.operation);
    }
}

#[test]
fn the_golden_bodies_fit_the_api_description() {
    let mut checked = 0;
    for (name, body) in fixtures("http-") {
        let schema = match name.as_str() {
            "http-login-request" => "LoginRequest",
            "http-problem" => "Problem",
            "http-ticket-response" => "TicketResponse",
            "http-token-response" => "TokenResponse",
            name if name.starts_with("http-session-status") => "SessionStatus",
            // Other backends may leave the session out; this one does not.
            "http-token-response-bare" => continue,
            _ => panic!("{name} has no schema"),
        };
        let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
        let fault = validator(&reference)
            .validate(&body)
            .map_err(|fault| fault.to_string());
        assert_eq!(fault, Ok(()), "{name}");
        checked += 1;
    }
    assert!(checked >= 7);
}

/// Returns the message with each member taken out, replaced or added in turn.
fn damaged(message: &Value) -> Vec<Value> {
    let members: Vec<_> = message.as_object().unwrap().keys().cloned().collect();
    let mut damaged = vec![json!([message]), json!("text"), Value::Null];
    for name in members {
        let mut without = message.clone();
        without.as_object_mut().unwrap().remove(&name);
        damaged.push(without);
        for wrong in [json!({}), json!([1]), json!(-1), json!("")] {
            let mut replaced = message.clone();
            replaced[&name] = wrong;
            damaged.push(replaced);
        }
    }
    let mut more = message.clone();
    more["unknown"] = json!(1);
    damaged.push(more);
    damaged
}

#[test]
fn the_socket_schema_describes_each_message_and_nothing_that_is_none() {
    let server = message_validator("ServerMessage");
    let client = message_validator("ClientMessage");
    let mut names = BTreeSet::new();
    for (prefix, validator) in [("server-", &server), ("client-", &client)] {
        for (name, message) in fixtures(prefix) {
            let fault = validator
                .validate(&message)
                .map_err(|fault| fault.to_string());
            assert_eq!(fault, Ok(()), "{name}");
            names.insert(message["type"].as_str().unwrap().to_owned());
            let mut refused = 0;
            for damaged in damaged(&message) {
                if !validator.is_valid(&damaged) {
                    refused += 1;
                    continue;
                }
                let text = damaged.to_string();
                let is_read = match prefix {
                    "server-" => ServerMessage::decode(&text, &MessageNames::default()).is_ok(),
                    _ => ClientMessage::decode(&text).is_ok(),
                };
                assert!(is_read, "the schema lets {text} through, the types do not");
            }
            assert!(refused >= 5, "{name}: {refused}");
        }
    }
    let described = ["ClientMessage", "ServerMessage"]
        .into_iter()
        .flat_map(|side| SOCKET["$defs"][side]["oneOf"].as_array().unwrap())
        .map(|schema| {
            schema["properties"]["type"]["const"]
                .as_str()
                .unwrap()
                .to_owned()
        });
    assert_eq!(described.collect::<BTreeSet<_>>(), names);
}
