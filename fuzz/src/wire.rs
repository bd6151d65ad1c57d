//! What crosses a boundary as text: any bytes are read or refused, and what is read is written and
//! read again as the same.

use std::{fmt::Debug, time::Duration};

use session_protocol::{
    ClientMessage, EndReason, MAX_MESSAGE_BYTES, MessageNames, Secret, ServerMessage,
    SessionConfig, SessionStatus, TabNotice, Value, WireError, duration,
    http::{
        LoginRequest, LogoutRequest, MAX_BODY_BYTES, Problem, TicketResponse, TokenResponse,
        parse_body,
    },
    names::same_name,
    tab::MAX_NOTICE_BYTES,
    write,
};

/// Longest duration that a peer can tell: ten years.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// A frame from the server, as the client reads it.
pub(crate) fn server_frame(bytes: &[u8]) {
    let text = &String::from_utf8_lossy(bytes);
    let names = MessageNames::default();
    match ServerMessage::decode(text, &names) {
        Ok(read) => {
            in_bounds(&read);
            assert_eq!(
                ServerMessage::decode(&read.encode(), &names).as_ref(),
                Ok(&read)
            );
            assert_eq!(ServerMessage::decode(text, &aliases()), Ok(read));
        }
        Err(error) => refused(&error, text, MAX_MESSAGE_BYTES),
    }
}

/// A frame from the client, as the backend reads it.
pub(crate) fn client_frame(bytes: &[u8]) {
    let text = &String::from_utf8_lossy(bytes);
    match ClientMessage::decode(text) {
        Ok(read) => {
            let with_another = match &read {
                ClientMessage::Auth { .. } => ClientMessage::Auth { token: another() },
                ClientMessage::AuthRefresh { .. } => {
                    ClientMessage::AuthRefresh { token: another() }
                }
                ClientMessage::Activity
                | ClientMessage::Subscribe { .. }
                | ClientMessage::Unsubscribe { .. }
                | ClientMessage::Heartbeat => read.clone(),
            };
            hides_its_secret(&read, &with_another);
            assert_eq!(ClientMessage::decode(&read.encode()), Ok(read));
        }
        Err(error) => refused(&error, text, MAX_MESSAGE_BYTES),
    }
}

/// A notice from another tab.
pub(crate) fn tab_notice(bytes: &[u8]) {
    let text = &String::from_utf8_lossy(bytes);
    match TabNotice::decode(text) {
        Ok(read) => assert_eq!(TabNotice::decode(&read.encode()), Ok(read)),
        Err(error) => refused(&error, text, MAX_NOTICE_BYTES),
    }
}

/// A body over HTTP, from either side.
pub(crate) fn http_body(bytes: &[u8]) {
    let text = &String::from_utf8_lossy(bytes);
    let body = match parse_body(text) {
        Ok(body) => body,
        Err(error) => return refused(&error, text, MAX_BODY_BYTES),
    };
    if let Ok(read) = LoginRequest::from_value(&body) {
        let with_another = LoginRequest {
            password: another(),
            ..read.clone()
        };
        hides_its_secret(&read, &with_another);
        assert_eq!(LoginRequest::from_value(&again(&read.to_value())), Ok(read));
    }
    if let Ok(read) = LogoutRequest::from_value(&body) {
        assert_eq!(
            LogoutRequest::from_value(&again(&read.to_value())),
            Ok(read)
        );
    }
    if let Ok(read) = TokenResponse::from_value(&body) {
        let with_another = TokenResponse {
            access_token: another(),
            ..read.clone()
        };
        hides_its_secret(&read, &with_another);
        assert!(read.expires_in <= LONGEST);
        assert_eq!(
            TokenResponse::from_value(&again(&read.to_value())),
            Ok(read)
        );
    }
    if let Ok(read) = TicketResponse::from_value(&body) {
        let with_another = TicketResponse {
            ticket: another(),
            ..read.clone()
        };
        hides_its_secret(&read, &with_another);
        assert_eq!(
            TicketResponse::from_value(&again(&read.to_value())),
            Ok(read)
        );
    }
    if let Ok(read) = SessionStatus::from_value(&body) {
        assert_eq!(
            SessionStatus::from_value(&again(&read.to_value())),
            Ok(read)
        );
    }
    if let Ok(read) = Problem::from_value(&body) {
        assert_eq!(read.end_reason(), EndReason::from_problem_code(&read.code));
        assert_eq!(Problem::from_value(&again(&read.to_value())), Ok(read));
    }
}

/// The configuration in the page; the words in it are names, reasons and durations, too.
pub(crate) fn configuration(bytes: &[u8]) {
    let text = &String::from_utf8_lossy(bytes);
    assert!(same_name(text, text));
    if let Some(reason) = EndReason::parse(text) {
        assert!(EndReason::ALL.contains(&reason));
    }
    if let Err(error) = duration::parse(text) {
        assert!(error.to_string().chars().count() <= 120, "{error}");
    }
    match SessionConfig::parse(text) {
        Ok(config) => {
            assert!(config.refresh_at > 0.0 && config.refresh_at < 1.0);
            let timeouts = Duration::from_secs(1)..=Duration::from_secs(60);
            assert!(timeouts.contains(&config.request_timeout));
            let mut codes = config.socket.close_policy.iter();
            assert!(codes.all(|(code, _)| (1000..=4999).contains(code)));
            let endpoints = &config.endpoints;
            for text in [
                &config.scope,
                &config.locale,
                &endpoints.login,
                &endpoints.refresh,
            ] {
                assert!(!text.is_empty());
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(problem.to_string().contains(problem.expected), "{problem}");
            }
        }
    }
}

/// A refusal repeats little of what it refuses, and says too large exactly if it is.
fn refused(error: &WireError, text: &str, limit: usize) {
    let too_large = matches!(error, WireError::TooLarge { .. });
    assert_eq!(too_large, text.len() > limit, "{error}");
    assert!(error.to_string().chars().count() <= 100, "{error}");
    assert!(!error.label().is_empty());
}

fn in_bounds(message: &ServerMessage) {
    let duration = match message {
        ServerMessage::AuthOk { expires_in, .. } => expires_in,
        ServerMessage::AuthExpiringSoon { remaining }
        | ServerMessage::SessionWarning { remaining, .. } => remaining,
        ServerMessage::GoingAway { reconnect_within } => reconnect_within,
        ServerMessage::SessionExtended { session } => &session.warning_lead,
        ServerMessage::SessionExpired { .. }
        | ServerMessage::DataUpdate { .. }
        | ServerMessage::HeartbeatAck
        | ServerMessage::Error { .. } => return,
    };
    assert!(*duration <= LONGEST, "{message:?}");
}

/// What a value shows does not depend on its secret.
fn hides_its_secret<T: Debug>(value: &T, with_another: &T) {
    assert_eq!(format!("{value:?}"), format!("{with_another:?}"));
}

fn another() -> Secret {
    Secret::new("another")
}

/// Sends a body over the wire.
fn again(body: &Value) -> Value {
    parse_body(&write(body)).expect("what is written can be read")
}

/// Further names must not change what the names of the contract mean.
fn aliases() -> MessageNames {
    let mut names = MessageNames::default();
    for (canonical, alias) in [
        ("heartbeat_ack", "SESSION_EXPIRED"),
        ("SESSION_EXPIRED", "error"),
        ("error", "auth_ok"),
        ("DATA_UPDATE", "tick"),
    ] {
        assert!(names.add(canonical, alias));
    }
    names
}
