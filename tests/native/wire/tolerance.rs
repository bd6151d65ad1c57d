//! Other backends: their spellings, their names, their habits.

use std::time::Duration;

use session_protocol::{
    EndReason, MessageNames, ServerMessage, SessionStatus,
    http::{Problem, TokenResponse},
};

use crate::fixtures::{CANARY, json, parse, text};

pub(crate) fn fixtures() -> Vec<&'static str> {
    vec![
        "foreign-rfc6749-token-response",
        "foreign-rfc6749-error",
        "foreign-numeric-ids",
        "foreign-session-expired",
        "foreign-auth-ok",
    ]
}

#[test]
fn a_token_response_of_rfc_6749_is_enough() {
    let read = TokenResponse::from_value(&json("foreign-rfc6749-token-response"));

    let response = read.expect("a token");
    assert!(response.access_token.expose().starts_with(CANARY));
    assert_eq!(response.expires_in, Duration::from_secs(3600));
    assert_eq!(response.session, None);
}

#[test]
fn an_error_of_rfc_6749_is_a_problem() {
    let read = Problem::from_value(&json("foreign-rfc6749-error"));

    assert_eq!(
        read.map(|problem| problem.code),
        Ok("invalid_grant".to_owned())
    );
}

#[test]
fn identifiers_may_be_numbers() {
    let read = SessionStatus::from_value(&json("foreign-numeric-ids"));

    let Ok(SessionStatus::Active(session)) = read else {
        panic!("expected a living session, found {read:?}");
    };
    assert_eq!(
        (session.id.as_str(), session.user.id.as_str()),
        ("17", "42")
    );
    assert_eq!(session.idle_remaining, Some(Duration::from_millis(60_250)));
}

#[test]
fn fields_and_reasons_are_read_in_any_spelling() {
    let read = ServerMessage::decode(&text("foreign-session-expired"), &MessageNames::default());

    let reason = EndReason::SessionTimeout;
    assert_eq!(read, Ok(ServerMessage::SessionExpired { reason }));
}

#[test]
fn type_names_are_read_in_any_spelling() {
    let read = ServerMessage::decode(&text("foreign-auth-ok"), &MessageNames::default());

    let expires_in = Duration::from_secs(300);
    assert_eq!(
        read,
        Ok(ServerMessage::AuthOk {
            expires_in,
            session: None,
            reconnect_within: None,
        })
    );
    for name in [
        "SESSION_EXPIRED",
        "sessionExpired",
        "session_expired",
        "session-expired",
        "Session Expired",
        "SESSIONEXPIRED",
    ] {
        let message = format!(r#"{{"type":"{name}"}}"#);
        let read = ServerMessage::decode(&message, &MessageNames::default());
        assert!(
            matches!(read, Ok(ServerMessage::SessionExpired { .. })),
            "{name}"
        );
    }
}

#[test]
fn a_configured_name_is_read_like_the_name_of_the_contract() {
    let mut names = MessageNames::default();
    assert!(names.add("sessionExpired", "forced_logout"));
    assert!(names.add("dataUpdate", "tick"));

    for spelling in ["forced_logout", "forcedLogout", "FORCED-LOGOUT"] {
        let message = format!(r#"{{"type":"{spelling}"}}"#);
        let read = ServerMessage::decode(&message, &names);
        assert!(
            matches!(read, Ok(ServerMessage::SessionExpired { .. })),
            "{spelling}"
        );
    }
    let read = ServerMessage::decode(r#"{"type":"tick"}"#, &names);
    assert!(matches!(read, Ok(ServerMessage::DataUpdate { .. })));
}

#[test]
fn a_configured_name_cannot_hide_a_name_of_the_contract() {
    let mut names = MessageNames::default();
    names.add("heartbeat_ack", "SESSION_EXPIRED");

    let read = ServerMessage::decode(r#"{"type":"SESSION_EXPIRED"}"#, &names);

    assert!(matches!(read, Ok(ServerMessage::SessionExpired { .. })));
}

#[test]
fn a_name_for_an_unknown_message_is_not_added() {
    assert!(!MessageNames::default().add("self_destruct", "boom"));
}

#[test]
fn a_field_spelled_exactly_goes_before_its_other_spellings() {
    let read = TokenResponse::from_value(&parse(
        r#"{"EXPIRES_IN":1,"accessToken":"t","expiresIn":2,"expires_in":3}"#,
    ));

    assert_eq!(
        read.map(|response| response.expires_in),
        Ok(Duration::from_secs(2))
    );
}

#[test]
fn an_empty_field_gives_way_to_another_spelling() {
    let read = TokenResponse::from_value(&parse(
        r#"{"accessToken":"t","expiresIn":null,"expires_in":3}"#,
    ));

    assert_eq!(
        read.map(|response| response.expires_in),
        Ok(Duration::from_secs(3))
    );
}
