//! HTTP bodies, against their golden files.

use std::time::Duration;

use session_protocol::{
    EndReason, Secret, SessionStatus, WireError,
    http::{LoginRequest, LogoutRequest, Problem, TicketResponse, TokenResponse, parse_body},
};

use crate::fixtures::{json, parse, session, text};

pub(crate) fn fixtures() -> Vec<&'static str> {
    vec![
        "http-login-request",
        "http-token-response",
        "http-token-response-bare",
        "http-ticket-response",
        "http-session-status-active",
        "http-session-status-ended",
        "http-session-status-none",
        "http-problem",
    ]
}

#[test]
fn a_login_request_is_read_and_written_back() {
    let login = LoginRequest {
        email: "ada@example.com".to_owned(),
        password: Secret::new("canary-7f3a-password"),
        remember_me: true,
    };

    assert_eq!(
        LoginRequest::from_value(&json("http-login-request")).as_ref(),
        Ok(&login)
    );
    assert_eq!(login.to_value(), json("http-login-request"));
}

#[test]
fn a_login_that_does_not_say_is_not_remembered() {
    let login = LoginRequest::from_value(&parse(r#"{"email":"a","password":"b"}"#));

    assert_eq!(login.map(|login| login.remember_me), Ok(false));
}

#[test]
fn a_token_response_is_read_and_written_back() {
    for (name, session) in [
        ("http-token-response", Some(session())),
        ("http-token-response-bare", None),
    ] {
        let response = TokenResponse {
            access_token: Secret::new("canary-7f3a-token"),
            expires_in: Duration::from_secs(300),
            session,
        };

        assert_eq!(
            TokenResponse::from_value(&json(name)).as_ref(),
            Ok(&response),
            "{name}"
        );
        assert_eq!(response.to_value(), json(name), "{name}");
    }
}

#[test]
fn a_ticket_response_is_read_and_written_back() {
    let response = TicketResponse {
        ticket: Secret::new("canary-7f3a-ticket"),
        expires_in: Duration::from_secs(30),
    };

    assert_eq!(
        TicketResponse::from_value(&json("http-ticket-response")).as_ref(),
        Ok(&response)
    );
    assert_eq!(response.to_value(), json("http-ticket-response"));
}

#[test]
fn a_session_status_is_read_and_written_back() {
    let cases = [
        (
            "http-session-status-active",
            SessionStatus::Active(session()),
        ),
        (
            "http-session-status-ended",
            SessionStatus::Ended {
                reason: Some(EndReason::SessionTimeout),
            },
        ),
        (
            "http-session-status-none",
            SessionStatus::Ended { reason: None },
        ),
    ];
    for (name, status) in cases {
        assert_eq!(
            SessionStatus::from_value(&json(name)).as_ref(),
            Ok(&status),
            "{name}"
        );
        assert_eq!(status.to_value(), json(name), "{name}");
    }
}

#[test]
fn a_problem_is_read_and_written_back() {
    let problem = Problem {
        status: 401,
        code: "session_revoked".to_owned(),
        detail: "The session was ended on another device.".to_owned(),
    };

    assert_eq!(
        Problem::from_value(&json("http-problem")).as_ref(),
        Ok(&problem)
    );
    assert_eq!(problem.to_value(), json("http-problem"));
    assert_eq!(problem.end_reason(), Some(EndReason::Revoked));
}

#[test]
fn each_missing_or_wrong_field_is_named() {
    let missing = |field| WireError::MissingField { field };
    let wrong = |field, expected| WireError::WrongField { field, expected };
    let token = |text| TokenResponse::from_value(&parse(text)).expect_err("a refusal");
    assert_eq!(token("{}"), missing("accessToken"));
    assert_eq!(token(r#"{"accessToken":null}"#), missing("accessToken"));
    assert_eq!(token("[]"), WireError::NotAnObject);
    let text = "a text that is not empty";
    assert_eq!(token(r#"{"accessToken":""}"#), wrong("accessToken", text));
    assert_eq!(
        token(r#"{"accessToken":["x"]}"#),
        wrong("accessToken", text)
    );
    let number = "a number of seconds";
    let read = token(r#"{"accessToken":"t","expiresIn":"300"}"#);
    assert_eq!(read, wrong("expiresIn", number));
    let read = token(r#"{"accessToken":"t","expiresIn":3,"session":7}"#);
    assert_eq!(read, WireError::NotAnObject);
    let read = token(r#"{"accessToken":"t","expiresIn":3,"session":{"user":{"id":1}}}"#);
    assert_eq!(read, missing("id"));

    let login = |text| LoginRequest::from_value(&parse(text)).expect_err("a refusal");
    assert_eq!(login(r#"{"password":"p"}"#), missing("email"));
    assert_eq!(login(r#"{"email":"e"}"#), missing("password"));
    let read = login(r#"{"email":"e","password":"p","rememberMe":"yes"}"#);
    assert_eq!(read, wrong("rememberMe", "true or false"));

    let status = |text| SessionStatus::from_value(&parse(text)).expect_err("a refusal");
    assert_eq!(status(r#"{"active":true,"id":"s"}"#), missing("user"));
    assert_eq!(status(r#"{"active":1}"#), wrong("active", "true or false"));
    let read = status(r#"{"active":true,"user":{"id":"u"},"id":1.5}"#);
    assert_eq!(read, wrong("id", "a text or a whole number"));

    let problem = Problem::from_value(&parse("{}")).expect_err("a refusal");
    assert_eq!(problem, missing("error"));
    let ticket = TicketResponse::from_value(&parse(r#"{"ticket":""}"#)).expect_err("a refusal");
    assert_eq!(ticket, wrong("ticket", text));
}

#[test]
fn a_body_is_an_object_within_the_limits() {
    assert_eq!(parse_body(&text("http-problem")), Ok(json("http-problem")));
    assert_eq!(parse_body("<!doctype html>"), Err(WireError::NotJson));
    assert_eq!(parse_body(""), Err(WireError::NotJson));
    assert_eq!(parse_body("[]"), Err(WireError::NotAnObject));
    assert_eq!(parse_body("{} {}"), Err(WireError::NotJson));
}

#[test]
fn a_session_that_tells_little_has_defaults() {
    let read = SessionStatus::from_value(&parse(r#"{"active":true,"id":"s","user":{"id":"u"}}"#));

    let Ok(SessionStatus::Active(session)) = read else {
        panic!("expected a living session, found {read:?}");
    };
    assert_eq!(session.warning_lead, Duration::from_secs(120));
    assert!(session.extendable);
    assert_eq!(
        (session.idle_remaining, session.absolute_remaining),
        (None, None)
    );
    assert_eq!(session.user.email, "");
}

#[test]
fn a_token_without_a_lifetime_is_read_as_one_of_unknown_lifetime() {
    let read = TokenResponse::from_value(&parse(r#"{"accessToken":"t"}"#)).expect("a token");

    assert!(read.expires_in.is_zero());
}

#[test]
fn a_logout_names_its_session_unless_the_backend_never_told_it() {
    let named = LogoutRequest::of("s-1").to_value();
    assert_eq!(named, parse(r#"{"session":"s-1"}"#));
    assert_eq!(LogoutRequest::of("").to_value(), parse("{}"));

    assert_eq!(
        LogoutRequest::from_value(&named),
        Ok(LogoutRequest::of("s-1"))
    );
    assert_eq!(
        LogoutRequest::from_value(&parse("{}")),
        Ok(LogoutRequest::of(""))
    );
    assert!(LogoutRequest::from_value(&parse(r#"{"session":7}"#)).is_err());
}
