//! The socket: proof of identity, renewal, frames that break the rules.

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::support::{Heard, Socket, World, short_limits};

#[tokio::test]
async fn the_first_message_authenticates_and_tells_the_session() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::open(&browser).await;
    let answer = socket.authenticate(&browser).await;
    assert!(answer["expiresIn"].as_f64().unwrap() > 290.0);
    assert_eq!(answer["session"]["user"]["email"], "user@example.com");
}

#[tokio::test]
async fn a_silent_socket_is_closed_and_nothing_but_auth_is_accepted() {
    let world = World::start_with(|config| config.auth_deadline = Duration::from_millis(500)).await;
    let browser = world.user().await;
    let mut silent = Socket::open(&browser).await;
    assert_eq!(
        silent.next().await,
        Heard::Close(4408, "auth_timeout".to_owned())
    );
    let mut socket = Socket::open(&browser).await;
    socket
        .send(json!({ "type": "subscribe", "topic": "system" }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "auth_required");
    assert_eq!(
        socket.closed().await,
        Heard::Close(4408, "auth_timeout".to_owned())
    );
}

#[tokio::test]
async fn a_bad_token_asks_for_a_fresh_one() {
    let world = World::start().await;
    let mut socket = Socket::open(&world.browser()).await;
    socket
        .send(json!({ "type": "auth", "token": "nonsense" }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "invalid_token");
    assert_eq!(
        socket.next().await,
        Heard::Close(4408, "invalid_token".to_owned())
    );
}

#[tokio::test]
async fn tickets_cookies_and_subprotocols_authenticate_at_the_handshake() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let ticket = browser.post("/api/auth/ticket", json!({})).await.json();
    assert_eq!(ticket["expiresIn"], 30);
    let by_ticket = format!("?ticket={}", ticket["ticket"].as_str().unwrap());
    for query in [by_ticket.as_str(), "?auth=cookie"] {
        let request = Socket::handshake(&browser, query);
        let (mut socket, _) = Socket::connect(request).await.unwrap();
        socket.expect("auth_ok").await;
    }
    let (mut again, _) = Socket::connect(Socket::handshake(&browser, &by_ticket))
        .await
        .unwrap();
    assert_eq!(
        again.closed().await,
        Heard::Close(4408, "invalid_token".to_owned())
    );
    let mut request = Socket::handshake(&browser, "");
    let protocols = format!("leptos-session, bearer.{}", browser.token.clone().unwrap());
    request
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", protocols.parse().unwrap());
    let (mut socket, response) = Socket::connect(request).await.unwrap();
    assert_eq!(
        response.headers()["sec-websocket-protocol"],
        "leptos-session"
    );
    socket.expect("auth_ok").await;
}

/// A server whose access tokens last 2 s.
async fn with_short_tokens() -> World {
    World::start_with(|config| {
        config.policy = short_limits(60_000, 600_000, 100);
        config.policy.access_token_lifetime = Duration::from_secs(2);
        config.policy.refresh_grace = Duration::from_millis(1);
    })
    .await
}

#[tokio::test]
async fn a_socket_outlives_its_token_by_a_renewal_only() {
    let world = with_short_tokens().await;
    let mut browser = world.user().await;
    let mut renewed = Socket::enter(&browser).await;
    let mut forgotten = Socket::enter(&browser).await;
    let notice = renewed.expect("auth_expiring_soon").await;
    assert!(notice["remainingSeconds"].as_f64().unwrap() <= 1.0);
    browser.refresh().await;
    renewed
        .send(json!({ "type": "auth_refresh", "token": browser.token }))
        .await;
    renewed.expect("auth_ok").await;
    assert_eq!(
        forgotten.closed().await,
        Heard::Close(4408, "access token ended".to_owned())
    );
    renewed.send(json!({ "type": "heartbeat" })).await;
    renewed.until("heartbeat_ack").await;
}

#[tokio::test]
async fn a_socket_that_came_by_ticket_or_cookie_lasts_no_longer_than_a_token() {
    let world = with_short_tokens().await;
    let mut browser = world.user().await;
    let mut sockets = Vec::new();
    for has_token in [true, false] {
        let mut asking = browser.clone();
        asking.token = browser.token.clone().filter(|_| has_token);
        let ticket = asking.post("/api/auth/ticket", json!({})).await.json();
        let query = format!("?ticket={}", ticket["ticket"].as_str().unwrap());
        sockets.push(Socket::connect(Socket::handshake(&browser, &query)).await);
    }
    let by_cookie = Socket::handshake(&browser, "?auth=cookie");
    sockets.push(Socket::connect(by_cookie).await);
    let mut sockets = sockets.into_iter().map(|socket| socket.unwrap().0);
    let mut renewed = sockets.next_back().unwrap();
    let answer = renewed.expect("auth_ok").await;
    assert!(answer["expiresIn"].as_f64().unwrap() <= 2.0, "{answer}");
    renewed.until("auth_expiring_soon").await;
    browser.refresh().await;
    let token = json!({ "type": "auth_refresh", "token": browser.token });
    renewed.send(token).await;
    renewed.until("auth_ok").await;
    for mut socket in sockets {
        assert_eq!(
            socket.closed().await,
            Heard::Close(4408, "access token ended".to_owned())
        );
    }
}

#[tokio::test]
async fn the_token_of_another_session_closes_the_socket() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut other = world.browser();
    other.log_in("second@example.com").await;
    let mut socket = Socket::enter(&browser).await;
    socket
        .send(json!({ "type": "auth_refresh", "token": other.token }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "forbidden");
    assert_eq!(
        socket.next().await,
        Heard::Close(4404, "forbidden".to_owned())
    );
}

#[tokio::test]
async fn a_bad_renewal_leaves_the_socket_open() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    socket
        .send(json!({ "type": "auth_refresh", "token": "nonsense" }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "invalid_token");
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.expect("heartbeat_ack").await;
}

#[tokio::test]
async fn frames_that_break_the_rules_are_named_counted_and_end_the_socket() {
    let world = World::start().await;
    let browser = world.user().await;
    let deep = format!("{{\"type\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let long = format!("{{\"type\":\"{}\"}}", "x".repeat(70_000));
    let cases = [
        (Message::binary(vec![1, 2, 3]), "binary", 1003),
        (Message::text(long), "too_large", 1009),
        (Message::text(deep), "too_deep", 1008),
        (Message::text("nonsense"), "not_json", 1008),
        (Message::text("[]"), "not_an_object", 1008),
        (Message::text("{}"), "missing_type", 1008),
        (Message::text("{\"type\":\"dance\"}"), "unknown_type", 1008),
        (
            Message::text("{\"type\":\"subscribe\"}"),
            "missing_field",
            1008,
        ),
    ];
    for (frame, label, code) in cases {
        let mut socket = Socket::enter(&browser).await;
        for _ in 0..5 {
            socket.send_frame(frame.clone()).await;
            assert_eq!(socket.expect("error").await["code"], label);
        }
        let Heard::Close(closed, _) = socket.next().await else {
            panic!("{label}: no close");
        };
        assert_eq!(closed, code, "{label}");
    }
    let metrics = world.browser().get("/metrics").await.text;
    assert!(metrics.contains("session_backend_wire_errors_total{label=\"too_deep\"} 5"));
}

#[tokio::test]
async fn a_frame_beyond_all_limits_closes_at_once() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    socket.send_frame(Message::text("x".repeat(300_000))).await;
    assert!(matches!(socket.next().await, Heard::Close(1009, _)));
}

#[tokio::test]
async fn the_hundred_and_first_message_in_a_minute_closes_the_socket() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    for _ in 0..100 {
        socket.send(json!({ "type": "heartbeat" })).await;
    }
    assert_eq!(
        socket.closed().await,
        Heard::Close(4429, "rate_limited".to_owned())
    );
}

#[tokio::test]
async fn pings_and_pongs_that_nobody_asked_for_count_as_messages() {
    let world = World::start().await;
    let browser = world.user().await;
    for frame in [Message::Ping("?".into()), Message::Pong("!".into())] {
        let mut socket = Socket::enter(&browser).await;
        for _ in 0..100 {
            socket.send_frame(frame.clone()).await;
        }
        assert_eq!(
            socket.closed().await,
            Heard::Close(4429, "rate_limited".to_owned())
        );
    }
}

#[tokio::test]
async fn type_names_are_read_without_case_and_separators() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::open(&browser).await;
    socket
        .send(json!({ "TYPE": "AUTH", "token": browser.token }))
        .await;
    socket.expect("auth_ok").await;
    socket.send(json!({ "type": "Heart-Beat" })).await;
    socket.expect("heartbeat_ack").await;
}

#[tokio::test]
async fn no_compression_is_negotiated() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut request = Socket::handshake(&browser, "");
    let offer = "permessage-deflate".parse().unwrap();
    request
        .headers_mut()
        .insert("Sec-WebSocket-Extensions", offer);
    let (_, response) = Socket::connect(request).await.unwrap();
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
}

#[tokio::test]
async fn a_client_that_closes_gets_its_close_answered() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    let normal = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    socket.send_frame(Message::Close(Some(normal))).await;
    assert_eq!(socket.next().await, Heard::Close(1000, "bye".to_owned()));
}

#[tokio::test]
async fn pings_come_by_themselves_and_a_silent_connection_is_dropped() {
    let world = World::start_with(|config| config.heartbeat = Duration::from_millis(100)).await;
    let browser = world.user().await;
    let mut answering = Socket::enter(&browser).await;
    let silent = Socket::enter(&browser).await;
    let gone = std::time::Instant::now() + Duration::from_secs(10);
    while std::time::Instant::now() < gone {
        answering.send(json!({ "type": "heartbeat" })).await;
        answering.expect("heartbeat_ack").await;
        tokio::time::sleep(Duration::from_millis(80)).await;
        let metrics = world.browser().get("/metrics").await.text;
        if metrics.contains("session_backend_open_sockets 1\n") {
            drop(silent);
            return;
        }
    }
    panic!("the silent connection is still counted");
}
