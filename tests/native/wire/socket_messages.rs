//! Socket messages in both directions, against their golden files.

use std::time::Duration;

use serde_json::json;
use session_protocol::{
    ClientMessage, EndReason, MessageNames, Secret, ServerMessage, WarningCause, WireError,
};

use crate::fixtures::{json as fixture, parse, session, text};

fn from_server() -> Vec<(&'static str, ServerMessage)> {
    let secs = Duration::from_secs;
    let warning = |remaining, cause, extendable| ServerMessage::SessionWarning {
        remaining: secs(remaining),
        cause,
        extendable,
    };
    let auth_ok = |expires_in, session, reconnect_within| ServerMessage::AuthOk {
        expires_in,
        session,
        reconnect_within,
    };
    vec![
        ("server-auth-ok", auth_ok(secs(300), Some(session()), None)),
        (
            "server-auth-ok-bare",
            auth_ok(Duration::from_millis(500), None, None),
        ),
        (
            "server-auth-ok-crowded",
            auth_ok(secs(300), None, Some(secs(20))),
        ),
        (
            "server-auth-expiring-soon",
            ServerMessage::AuthExpiringSoon {
                remaining: secs(30),
            },
        ),
        (
            "server-session-warning-idle",
            warning(120, WarningCause::Idle, true),
        ),
        (
            "server-session-warning-absolute",
            warning(90, WarningCause::Absolute, false),
        ),
        (
            "server-session-warning-admin",
            warning(60, WarningCause::Admin, false),
        ),
        (
            "server-session-extended",
            ServerMessage::SessionExtended { session: session() },
        ),
        (
            "server-session-expired",
            ServerMessage::SessionExpired {
                reason: EndReason::AbsoluteTimeout,
            },
        ),
        (
            "server-going-away",
            ServerMessage::GoingAway {
                reconnect_within: secs(20),
            },
        ),
        (
            "server-data-update",
            ServerMessage::DataUpdate {
                topic: "load".to_owned(),
                seq: 7,
                payload: json!({ "cpu": [0.25, 1], "host": "aé中" }),
            },
        ),
        ("server-heartbeat-ack", ServerMessage::HeartbeatAck),
        (
            "server-error",
            ServerMessage::Error {
                code: "unknown_topic".to_owned(),
            },
        ),
    ]
}

fn from_client() -> Vec<(&'static str, ClientMessage)> {
    let token = || Secret::new("canary-7f3a-token");
    let topic = || "load".to_owned();
    let subscribe = |after| ClientMessage::Subscribe {
        topic: topic(),
        after,
    };
    vec![
        ("client-auth", ClientMessage::Auth { token: token() }),
        (
            "client-auth-refresh",
            ClientMessage::AuthRefresh { token: token() },
        ),
        ("client-activity", ClientMessage::Activity),
        ("client-subscribe", subscribe(None)),
        ("client-subscribe-after", subscribe(Some(41))),
        (
            "client-unsubscribe",
            ClientMessage::Unsubscribe { topic: topic() },
        ),
        ("client-heartbeat", ClientMessage::Heartbeat),
    ]
}

pub(crate) fn fixtures() -> Vec<&'static str> {
    let server = from_server().into_iter().map(|(name, _)| name);
    server
        .chain(from_client().into_iter().map(|(name, _)| name))
        .collect()
}

#[test]
fn every_server_message_is_read_from_its_file_and_written_back() {
    for (name, message) in from_server() {
        let read = ServerMessage::decode(&text(name), &MessageNames::default());
        assert_eq!(read.as_ref(), Ok(&message), "{name}");
        assert_eq!(parse(&message.encode()), fixture(name), "{name}");
    }
}

#[test]
fn every_client_message_is_read_from_its_file_and_written_back() {
    for (name, message) in from_client() {
        assert_eq!(
            ClientMessage::decode(&text(name)).as_ref(),
            Ok(&message),
            "{name}"
        );
        assert_eq!(parse(&message.encode()), fixture(name), "{name}");
    }
}

#[test]
fn every_duration_in_milliseconds_survives_the_way_there_and_back() {
    for millis in (0..5000).chain([86_399_999, 90 * 86_400_000 + 1]) {
        let message = ServerMessage::AuthExpiringSoon {
            remaining: Duration::from_millis(millis),
        };
        let read = ServerMessage::decode(&message.encode(), &MessageNames::default());
        assert_eq!(read, Ok(message));
    }
}

#[test]
fn negative_durations_are_none_and_huge_ones_ten_years() {
    let cases = [
        ("-1", 0),
        ("-1e300", 0),
        ("0", 0),
        ("-0.0", 0),
        ("1e300", 315_360_000),
        ("18446744073709551615", 315_360_000),
        ("315360000", 315_360_000),
        ("315360001", 315_360_000),
    ];
    for (seconds, expected) in cases {
        let text = format!(r#"{{"type":"auth_expiring_soon","remainingSeconds":{seconds}}}"#);
        let read = ServerMessage::decode(&text, &MessageNames::default());
        let remaining = Duration::from_secs(expected);
        assert_eq!(
            read,
            Ok(ServerMessage::AuthExpiringSoon { remaining }),
            "{seconds}"
        );
    }
}

#[test]
fn what_a_server_leaves_out_has_a_default() {
    let cases = [
        (
            r#"{"type":"SESSION_WARNING","remainingSeconds":9}"#,
            ServerMessage::SessionWarning {
                remaining: Duration::from_secs(9),
                cause: WarningCause::Idle,
                extendable: true,
            },
        ),
        (
            r#"{"type":"SESSION_WARNING","remainingSeconds":9,"cause":"ABSOLUTE"}"#,
            ServerMessage::SessionWarning {
                remaining: Duration::from_secs(9),
                cause: WarningCause::Absolute,
                extendable: false,
            },
        ),
        (
            r#"{"type":"SESSION_EXPIRED"}"#,
            ServerMessage::SessionExpired {
                reason: EndReason::SessionTimeout,
            },
        ),
        (
            r#"{"type":"SESSION_EXPIRED","reason":"<img onerror>"}"#,
            ServerMessage::SessionExpired {
                reason: EndReason::SessionTimeout,
            },
        ),
        (
            r#"{"type":"GOING_AWAY"}"#,
            ServerMessage::GoingAway {
                reconnect_within: Duration::from_secs(1),
            },
        ),
        (
            r#"{"type":"DATA_UPDATE"}"#,
            ServerMessage::DataUpdate {
                topic: String::new(),
                seq: 0,
                payload: serde_json::Value::Null,
            },
        ),
    ];
    for (text, message) in cases {
        assert_eq!(
            ServerMessage::decode(text, &MessageNames::default()),
            Ok(message),
            "{text}"
        );
    }
}

#[test]
fn a_token_that_is_empty_is_refused() {
    let read = ClientMessage::decode(r#"{"type":"auth","token":""}"#);

    assert_eq!(
        read,
        Err(WireError::WrongField {
            field: "token",
            expected: "a text that is not empty",
        })
    );
}
