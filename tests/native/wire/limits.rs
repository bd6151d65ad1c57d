//! Unknown, malformed, oversized, too deep: each refusal is typed and repeats nothing.

use session_protocol::{
    ClientMessage, MAX_DEPTH, MAX_MESSAGE_BYTES, MessageNames, ServerMessage, SessionConfig,
    WireError, http::parse_body,
};

use crate::fixtures::CANARY;

#[test]
fn each_refusal_of_a_server_message_says_why() {
    let missing = |field| WireError::MissingField { field };
    let wrong = |field, expected| WireError::WrongField { field, expected };
    let unknown = |name: &str| WireError::UnknownType {
        name: name.to_owned(),
    };
    let cases = [
        ("", WireError::NotJson),
        ("{", WireError::NotJson),
        ("{}{}", WireError::NotJson),
        ("\u{0}", WireError::NotJson),
        (r#"{"type":"error","code":1e999}"#, WireError::NotJson),
        (r#"{"type":"\ud800"}"#, WireError::NotJson),
        ("null", WireError::NotAnObject),
        (r#""auth_ok""#, WireError::NotAnObject),
        ("[{}]", WireError::NotAnObject),
        ("{}", WireError::MissingType),
        (r#"{"type":null}"#, WireError::MissingType),
        (r#"{"type":{"auth_ok":1}}"#, WireError::MissingType),
        (r#"{"type":""}"#, unknown("")),
        (r#"{"type":"auth"}"#, unknown("auth")),
        (r#"{"type":"auth_ok"}"#, missing("expiresIn")),
        (
            r#"{"type":"auth_ok","expiresIn":"5"}"#,
            wrong("expiresIn", "a number of seconds"),
        ),
        (
            r#"{"type":"auth_ok","expiresIn":5,"session":[]}"#,
            WireError::NotAnObject,
        ),
        (
            r#"{"type":"auth_expiring_soon"}"#,
            missing("remainingSeconds"),
        ),
        (r#"{"type":"SESSION_WARNING"}"#, missing("remainingSeconds")),
        (
            r#"{"type":"SESSION_WARNING","remainingSeconds":1,"cause":"boredom"}"#,
            wrong("cause", "idle, absolute or admin"),
        ),
        (
            r#"{"type":"SESSION_WARNING","remainingSeconds":1,"extendable":1}"#,
            wrong("extendable", "true or false"),
        ),
        (r#"{"type":"SESSION_EXTENDED"}"#, missing("session")),
        (
            r#"{"type":"SESSION_EXTENDED","session":{"id":"s"}}"#,
            missing("user"),
        ),
        (
            r#"{"type":"SESSION_EXPIRED","reason":7}"#,
            wrong("reason", "a text"),
        ),
        (
            r#"{"type":"DATA_UPDATE","seq":-1}"#,
            wrong("seq", "a whole number below 2^53"),
        ),
        (
            r#"{"type":"DATA_UPDATE","topic":1}"#,
            wrong("topic", "a text"),
        ),
        (r#"{"type":"error"}"#, missing("code")),
    ];
    for (text, error) in cases {
        let read = ServerMessage::decode(text, &MessageNames::default());
        assert_eq!(read, Err(error), "{text}");
    }
}

#[test]
fn each_refusal_of_a_client_message_says_why() {
    let missing = |field| WireError::MissingField { field };
    let cases = [
        (r#"{"type":"auth"}"#, missing("token")),
        (r#"{"type":"auth_refresh"}"#, missing("token")),
        (r#"{"type":"subscribe"}"#, missing("topic")),
        (r#"{"type":"unsubscribe","topic":null}"#, missing("topic")),
        (
            r#"{"type":"subscribe","topic":"t","after":-1}"#,
            WireError::WrongField {
                field: "after",
                expected: "a whole number below 2^53",
            },
        ),
        (
            r#"{"type":"auth_ok"}"#,
            WireError::UnknownType {
                name: "auth_ok".to_owned(),
            },
        ),
        (r#"{"topic":"t"}"#, WireError::MissingType),
    ];
    for (text, error) in cases {
        assert_eq!(ClientMessage::decode(text), Err(error), "{text}");
    }
}

#[test]
fn a_message_of_64_kib_is_read_and_a_longer_one_is_not() {
    let frame = |length: usize| {
        let empty = r#"{"type":"error","code":""}"#.len();
        format!(
            r#"{{"type":"error","code":"{}"}}"#,
            "x".repeat(length - empty)
        )
    };
    assert!(server(&frame(MAX_MESSAGE_BYTES)).is_ok());

    let error = WireError::TooLarge {
        length: MAX_MESSAGE_BYTES + 1,
        limit: MAX_MESSAGE_BYTES,
    };
    assert_eq!(server(&frame(MAX_MESSAGE_BYTES + 1)), Err(error.clone()));
    assert_eq!(
        ClientMessage::decode(&frame(MAX_MESSAGE_BYTES + 1)),
        Err(error)
    );
}

#[test]
fn a_body_or_a_configuration_of_64_kib_is_read_and_a_longer_one_is_not() {
    let longest = format!("{{{}}}", " ".repeat(64 * 1024 - 2));
    assert!(parse_body(&longest).is_ok());
    assert_eq!(SessionConfig::parse(&longest), Ok(SessionConfig::default()));

    let longer = longest + " ";
    let error = WireError::TooLarge {
        length: 64 * 1024 + 1,
        limit: 64 * 1024,
    };
    assert_eq!(parse_body(&longer), Err(error));
    assert!(SessionConfig::parse(&longer).is_err());
}

#[test]
fn a_message_32_levels_deep_is_read_and_a_deeper_one_is_not() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let nested = |levels: usize| {
            let (open, close) = (open.repeat(levels - 1), close.repeat(levels - 1));
            format!(r#"{{"type":"DATA_UPDATE","payload":{open}1{close}}}"#)
        };
        assert!(server(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(server(&nested(MAX_DEPTH + 1)), Err(WireError::TooDeep));
    }
}

#[test]
fn brothers_are_no_depth() {
    for brothers in ["[],".repeat(1000), r#"{"a":1},"#.repeat(1000)] {
        let message = format!(r#"{{"type":"DATA_UPDATE","payload":[{brothers}1]}}"#);
        assert!(server(&message).is_ok());
    }
}

#[test]
fn a_depth_bomb_is_refused_before_it_is_parsed() {
    let bomb = "[".repeat(MAX_MESSAGE_BYTES);

    assert_eq!(server(&bomb), Err(WireError::TooDeep));
}

#[test]
fn brackets_inside_a_text_are_no_depth() {
    let brackets = "[{".repeat(1000);
    let message = format!(r#"{{"type":"error","code":"\"{brackets}\\"}}"#);

    assert!(server(&message).is_ok());
}

#[test]
fn a_long_unknown_name_is_cut() {
    let error = server(&format!(
        r#"{{"type":"{}"}}"#,
        ["x", &"\u{e9}".repeat(5000)].concat()
    ));

    let name = ["x", &"\u{e9}".repeat(19)].concat();
    assert_eq!(error, Err(WireError::UnknownType { name }));
}

#[test]
fn no_refusal_repeats_the_message() {
    let refused = [
        CANARY.to_owned(),
        format!(r#"{{"type":"auth","token":["{CANARY}"]}}"#),
        format!(r#"{{"type":"auth_ok","expiresIn":"{CANARY}"}}"#),
        format!(r#"{{"type":["{CANARY}"]}}"#),
        format!(r#"["{CANARY}"]"#),
        format!(r#"{{"type":"auth","token":"{CANARY}""#),
        format!(r#"{{"type":"unknown","token":"{CANARY}"}}"#),
        format!(r#"{{"type":"subscribe","token":"{CANARY}"}}"#),
    ];
    for text in refused {
        let errors = [server(&text).err(), ClientMessage::decode(&text).err()];
        for error in errors.into_iter().flatten() {
            let shown = format!("{error} {error:?} {}", error.label());
            assert!(!shown.contains(CANARY), "{shown}");
        }
    }
}

#[test]
fn every_refusal_has_its_own_label_and_sentence() {
    let name = "x".to_owned();
    let all = [
        WireError::Binary,
        WireError::TooLarge {
            length: 2,
            limit: 1,
        },
        WireError::TooDeep,
        WireError::NotJson,
        WireError::NotAnObject,
        WireError::MissingType,
        WireError::UnknownType { name },
        WireError::MissingField { field: "topic" },
        WireError::WrongField {
            field: "topic",
            expected: "a text",
        },
    ];
    let labels: std::collections::BTreeSet<_> = all.iter().map(WireError::label).collect();

    assert_eq!(labels.len(), all.len());
    for error in all {
        let sentence = error.to_string();
        assert!(sentence.starts_with("expected "), "{sentence}");
        assert!(sentence.contains("found "), "{sentence}");
        assert!(!sentence.ends_with('.'), "{sentence}");
    }
}

fn server(text: &str) -> Result<ServerMessage, WireError> {
    ServerMessage::decode(text, &MessageNames::default())
}
