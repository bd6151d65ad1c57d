//! Tolerance: how a name is spelled, what else is there and in which order changes nothing.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value};
use session_protocol::{
    ClientMessage, MessageNames, ServerMessage, TabNotice,
    http::{TokenResponse, parse_body},
    names::same_name,
    parse, write,
};

use super::{gate::gate, values};

/// How to respell one character of a name: in which case, and with what before it.
type Touch = (bool, &'static str);

fn touches() -> impl Strategy<Value = Vec<Touch>> {
    vec(
        (any::<bool>(), select(vec!["", "", "", "_", "-", " "])),
        1..12,
    )
}

/// Spells a name another way.
fn respelled(name: &str, touches: &[Touch]) -> String {
    let plain = name.chars().filter(|it| !matches!(it, '_' | '-' | ' '));
    let mut spelled = String::new();
    for (character, (upper, before)) in plain.zip(touches.iter().cycle()) {
        spelled.push_str(before);
        spelled.push(if *upper {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        });
    }
    spelled
}

/// Spells the names of the protocol in an object another way; what the application named stays.
fn respell(object: &Value, touches: &[Touch]) -> Value {
    let Value::Object(fields) = object else {
        return object.clone();
    };
    let respelled = fields.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "type" => Value::from(respelled(value.as_str().unwrap_or_default(), touches)),
            "session" | "user" => respell(value, touches),
            _ => value.clone(),
        };
        (respelled(name, touches), value)
    });
    Value::Object(respelled.collect())
}

fn fields(text: &str) -> Value {
    parse_body(text).expect("an object")
}

/// Adds fields that the protocol does not know.
fn with_strangers(text: &str, strangers: Vec<(String, Value)>) -> String {
    let Value::Object(mut fields) = fields(text) else {
        unreachable!("a message is an object");
    };
    for (name, value) in strangers {
        fields.entry(format!("x-stranger-{name}")).or_insert(value);
    }
    write(&Value::Object(fields))
}

/// Writes the fields of an object in this order, each on a line of its own.
fn shuffled(text: &str, order: &[u16]) -> String {
    let Value::Object(fields) = fields(text) else {
        unreachable!("a message is an object");
    };
    let mut keyed: Vec<_> = order.iter().cycle().zip(&fields).collect();
    keyed.sort_by_key(|(key, _)| **key);
    let lines: Vec<_> = keyed
        .iter()
        .map(|(_, (name, value))| format!("\t{} :\r\n{value:#}", Value::from(name.as_str())))
        .collect();
    format!(" {{\n{}}} \n", lines.join(" ,\n"))
}

fn server(text: &str) -> Result<ServerMessage, session_protocol::WireError> {
    ServerMessage::decode(text, &MessageNames::default())
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn any_spelling_of_a_server_message_is_read(
        message in values::server_message(),
        touches in touches(),
    ) {
        let text = write(&respell(&fields(&message.encode()), &touches));
        prop_assert_eq!(server(&text), Ok(message), "{}", text);
    }

    #[test]
    fn any_spelling_of_a_client_message_is_read(
        message in values::client_message(),
        touches in touches(),
    ) {
        let text = write(&respell(&fields(&message.encode()), &touches));
        prop_assert_eq!(ClientMessage::decode(&text), Ok(message), "{}", text);
    }

    #[test]
    fn any_spelling_of_a_token_response_is_read(grant in values::grant(), touches in touches()) {
        let read = TokenResponse::from_value(&respell(&grant.to_value(), &touches));
        prop_assert_eq!(read, Ok(grant));
    }

    #[test]
    fn unknown_fields_change_nothing(
        message in values::server_message(),
        notice in values::notice(),
        strangers in vec((values::text(), values::json()), 0..4),
    ) {
        let text = with_strangers(&message.encode(), strangers.clone());
        prop_assert_eq!(server(&text), Ok(message));
        let text = with_strangers(&notice.encode(), strangers);
        prop_assert_eq!(TabNotice::decode(&text), Ok(notice));
    }

    #[test]
    fn order_and_white_space_change_nothing(
        message in values::server_message(),
        notice in values::notice(),
        order in vec(any::<u16>(), 8),
    ) {
        prop_assert_eq!(server(&shuffled(&message.encode(), &order)), Ok(message));
        prop_assert_eq!(TabNotice::decode(&shuffled(&notice.encode(), &order)), Ok(notice));
    }

    #[test]
    fn null_is_absence(value in values::near_miss(), name in select(vec!["session", "reason", "cause", "x"])) {
        let Value::Object(mut fields) = value else { unreachable!("an object") };
        fields.remove(name);
        let without = server(&write(&Value::Object(fields.clone())));
        fields.insert(name.to_owned(), Value::Null);
        prop_assert_eq!(server(&write(&Value::Object(fields))), without);
    }

    #[test]
    fn a_name_is_the_same_in_any_spelling_and_no_other_name(
        name in values::word(),
        other in values::word(),
        touches in touches(),
    ) {
        let spelled = respelled(&name, &touches);
        prop_assert!(same_name(&name, &spelled));
        prop_assert!(same_name(&spelled, &name));
        prop_assert_eq!(same_name(&name, &other), same_name(&other, &spelled));
        let folded = |text: &str| text.replace(['_', '-', ' '], "").to_ascii_lowercase();
        prop_assert_eq!(same_name(&name, &other), folded(&name) == folded(&other));
    }

    /// A configured name is read in any spelling, unless the contract has that name.
    #[test]
    fn a_configured_name_is_read_in_any_spelling(alias in "[a-z]{3,12}", touches in touches()) {
        let contract = server(&format!(r#"{{"type":"{alias}"}}"#));
        let mut names = MessageNames::default();
        prop_assert!(names.add("heartbeat-ack", &alias));
        let text = format!(r#"{{"type":"{}"}}"#, respelled(&alias, &touches));
        let read = ServerMessage::decode(&text, &names);
        match contract {
            Err(session_protocol::WireError::UnknownType { .. }) => {
                prop_assert_eq!(read, Ok(ServerMessage::HeartbeatAck));
            }
            known => prop_assert_eq!(read, known),
        }
    }

    /// The exact name of a field goes before its other spellings.
    #[test]
    fn the_exact_name_of_a_field_wins(seconds in 0..1000_u32, touches in touches()) {
        let mut fields = Map::new();
        fields.insert(respelled("remainingSeconds", &touches), Value::from("never read"));
        fields.insert("remainingSeconds".to_owned(), Value::from(seconds));
        fields.insert("type".to_owned(), Value::from("auth_expiring_soon"));
        let remaining = std::time::Duration::from_secs(u64::from(seconds));
        let read = server(&write(&Value::Object(fields)));
        prop_assert_eq!(read, Ok(ServerMessage::AuthExpiringSoon { remaining }));
    }

    /// JSON is written on one line, so that a log or a stream can be cut at line ends.
    #[test]
    fn json_is_written_on_one_line_and_read_again(value in values::json()) {
        let text = write(&value);
        prop_assert!(!text.contains(['\n', '\r']), "{}", text);
        prop_assert_eq!(parse(&text, text.len()), Ok(value));
    }
}
