//! What is refused is refused whole, with a reason that repeats nothing of it.

use proptest::prelude::*;
use serde_json::Value;
use session_protocol::{
    ClientMessage, MessageNames, ServerMessage, TabNotice, WireError,
    http::{LoginRequest, TokenResponse, parse_body},
    write,
};

use super::{gate::gate, values};

const SECRET: &str = "canary-7f3a";

/// Puts a secret wherever a text or the name of a field of the application's can be.
fn poisoned(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(format!("{text}{SECRET}")),
        Value::Array(items) => items.iter().map(poisoned).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| match name.as_str() {
                // The type is repeated, at most 40 bytes of it.
                "type" => (name.clone(), value.clone()),
                _ => (name.clone(), poisoned(value)),
            });
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn silent(error: &WireError) -> Result<(), TestCaseError> {
    let shown = format!("{error} {error:?} {}", error.label());
    prop_assert!(!shown.contains(SECRET), "{}", shown);
    Ok(())
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn a_refusal_repeats_no_value(value in values::near_miss()) {
        let mut value = poisoned(&value);
        if !value["type"].is_string() {
            value["type"] = Value::from("auth");
        }
        let text = write(&value);
        if let Err(error) = ServerMessage::decode(&text, &MessageNames::default()) {
            silent(&error)?;
        }
        if let Err(error) = ClientMessage::decode(&text) {
            silent(&error)?;
        }
        if let Err(error) = TabNotice::decode(&text) {
            silent(&error)?;
        }
        if let Err(error) = LoginRequest::from_value(&value) {
            silent(&error)?;
        }
        if let Err(error) = TokenResponse::from_value(&value) {
            silent(&error)?;
        }
    }

    #[test]
    fn a_refusal_repeats_at_most_40_bytes_of_an_unknown_type(name in "\\PC{0,80}") {
        let message: Value = [("type", name.as_str())].into_iter().collect();
        if let Err(WireError::UnknownType { name: repeated }) =
            ClientMessage::decode(&write(&message))
        {
            prop_assert!(repeated.len() <= 40);
            prop_assert!(name.starts_with(&repeated));
        }
    }

    /// A connection that breaks inside a message leaves nothing that could be mistaken for one.
    #[test]
    fn no_beginning_of_a_message_is_a_message(
        server in values::server_message(),
        client in values::client_message(),
        notice in values::notice(),
        at in any::<prop::sample::Index>(),
    ) {
        for text in [server.encode(), client.encode(), notice.encode()] {
            let mut end = at.index(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            prop_assert_eq!(parse_body(&text[..end]), Err(WireError::NotJson));
        }
    }

    #[test]
    fn two_messages_in_one_frame_are_none(
        first in values::client_message(),
        second in values::client_message(),
    ) {
        let text = first.encode() + &second.encode();
        prop_assert_eq!(ClientMessage::decode(&text), Err(WireError::NotJson));
    }

    #[test]
    fn what_is_no_object_is_no_message(value in values::json()) {
        prop_assume!(!value.is_object());
        let text = write(&value);
        prop_assert_eq!(ClientMessage::decode(&text), Err(WireError::NotAnObject));
        prop_assert_eq!(TabNotice::decode(&text), Err(WireError::NotAnObject));
        let read = ServerMessage::decode(&text, &MessageNames::default());
        prop_assert_eq!(read, Err(WireError::NotAnObject));
    }

    /// Neither side takes the other's messages for its own.
    #[test]
    fn no_message_is_read_in_both_directions(
        server in values::server_message(),
        client in values::client_message(),
    ) {
        let read = ClientMessage::decode(&server.encode());
        let mistaken = matches!(read, Err(WireError::UnknownType { .. }));
        prop_assert!(mistaken, "{:?}", read);
        let read = ServerMessage::decode(&client.encode(), &MessageNames::default());
        let mistaken = matches!(read, Err(WireError::UnknownType { .. }));
        prop_assert!(mistaken, "{:?}", read);
    }
}
