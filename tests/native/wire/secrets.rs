//! Secrets are seen by nobody who prints.

use session_protocol::{
    ClientMessage, Secret,
    http::{LoginRequest, TicketResponse, TokenResponse},
};

use crate::fixtures::{CANARY, json, text};

#[test]
fn no_debug_text_shows_a_token_a_ticket_or_a_password() {
    let shown = [
        format!("{:?}", Secret::new(CANARY)),
        format!("{:?}", ClientMessage::decode(&text("client-auth"))),
        format!("{:?}", ClientMessage::decode(&text("client-auth-refresh"))),
        format!(
            "{:?}",
            LoginRequest::from_value(&json("http-login-request"))
        ),
        format!(
            "{:?}",
            TokenResponse::from_value(&json("http-token-response"))
        ),
        format!(
            "{:?}",
            TicketResponse::from_value(&json("http-ticket-response"))
        ),
    ];
    for text in shown {
        assert!(text.contains("redacted"), "{text}");
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[test]
fn pretty_printing_shows_no_secret_either() {
    let login = LoginRequest::from_value(&json("http-login-request"));

    assert!(!format!("{login:#?}").contains(CANARY));
}

#[test]
fn a_secret_is_exposed_on_demand_and_compares_by_its_text() {
    let secret = Secret::new(CANARY);

    assert_eq!(secret.expose(), CANARY);
    assert_eq!(secret, secret.clone());
    assert_ne!(secret, Secret::new("other"));
    assert!(Secret::new("").is_empty());
    assert!(!secret.is_empty());
}

#[test]
fn a_refresh_token_in_a_body_is_never_kept() {
    let read = TokenResponse::from_value(&json("foreign-rfc6749-token-response"));

    let written = read.expect("a token").to_value().to_string();
    assert!(!written.contains("never-read"));
}
