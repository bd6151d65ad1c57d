//! Idle and absolute limits: what moves them, what does not, and who hears of their end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Heard, Socket, World, eventually, short_limits};

/// A server in which sessions end after these milliseconds.
async fn limited(idle: u64, absolute: u64, lead: u64) -> World {
    World::start_with(|config| config.policy = short_limits(idle, absolute, lead)).await
}

fn seconds(session: &Value, field: &str) -> f64 {
    session[field]
        .as_f64()
        .unwrap_or_else(|| panic!("{session}"))
}

#[tokio::test]
async fn asking_for_the_state_never_extends() {
    let world = World::start().await;
    let mut browser = world.user().await;
    browser.post("/demo/warn?seconds=30", json!({})).await;
    for _ in 0..5 {
        let session = browser.get("/api/session").await.json();
        let idle = seconds(&session, "idleRemainingSeconds");
        assert!(idle <= 30.0, "{idle}");
    }
}

#[tokio::test]
async fn an_extension_moves_the_idle_deadline_and_tells_every_socket() {
    let world = limited(600_000, 6_000_000, 120_000).await;
    let mut browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    browser.post("/demo/warn?seconds=30", json!({})).await;
    let session = browser.get("/api/session").await.json();
    assert!(seconds(&session, "idleRemainingSeconds") <= 30.0);
    let warning = socket.expect("SESSION_WARNING").await;
    assert_eq!(
        (&warning["cause"], &warning["extendable"]),
        (&json!("idle"), &json!(true))
    );
    let session = browser.post("/api/session/extend", json!({})).await.json();
    assert!(seconds(&session, "idleRemainingSeconds") > 590.0);
    let told = socket.expect("SESSION_EXTENDED").await;
    assert!(seconds(&told["session"], "idleRemainingSeconds") > 590.0);
}

#[tokio::test]
async fn an_extension_works_with_the_cookie_alone() {
    let world = World::start().await;
    let mut browser = world.user().await;
    browser.token = None;
    assert_eq!(
        browser.post("/api/session/extend", json!({})).await.status,
        200
    );
    browser.cookies.clear();
    let answer = browser.post("/api/session/extend", json!({})).await;
    answer.expect_problem(401, "no_session");
}

#[tokio::test]
async fn near_the_absolute_limit_nothing_can_be_extended() {
    let world = limited(600_000, 60_000, 120_000).await;
    let mut browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    let warning = socket.expect("SESSION_WARNING").await;
    assert_eq!(
        (&warning["cause"], &warning["extendable"]),
        (&json!("absolute"), &json!(false))
    );
    let answer = browser.post("/api/session/extend", json!({})).await;
    answer.expect_problem(409, "not_extendable");
}

#[tokio::test]
async fn an_idle_session_is_pushed_out_within_a_second() {
    let world = limited(1_000, 60_000, 100).await;
    let mut browser = world.user().await;
    let start = Instant::now();
    let mut socket = Socket::enter(&browser).await;
    socket.expect_end("SESSION_TIMEOUT").await;
    let late = start.elapsed();
    assert!(late < Duration::from_millis(2_000), "{late:?}");
    browser
        .get("/api/me")
        .await
        .expect_problem(401, "session_expired");
    browser
        .refresh()
        .await
        .expect_problem(401, "session_expired");
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn heartbeats_refreshes_and_requests_are_no_activity() {
    let world = limited(1_500, 60_000, 100).await;
    let mut browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    let end = loop {
        if browser.refresh().await.status == 401 {
            break browser.refresh().await;
        }
        browser.get("/api/me").await;
        socket.send(json!({ "type": "heartbeat" })).await;
        assert_ne!(socket.next().await, Heard::Broken);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(["session_expired", "no_session"].contains(&end.code().as_str()));
}

#[tokio::test]
async fn activity_keeps_a_session_alive_until_the_absolute_limit() {
    let world = limited(1_000, 2_500, 100).await;
    let browser = world.user().await;
    let start = Instant::now();
    let mut socket = Socket::enter(&browser).await;
    let reason = loop {
        socket.send(json!({ "type": "activity" })).await;
        let message = socket.next().await.message();
        if message["type"] == "SESSION_EXPIRED" {
            break message["reason"].clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(reason, "ABSOLUTE_TIMEOUT");
    let age = start.elapsed();
    assert!(
        age > Duration::from_secs(2) && age < Duration::from_secs(10),
        "{age:?}"
    );
}

#[tokio::test]
async fn the_absolute_limit_never_moves() {
    let world = World::start_with(|config| {
        config.policy.refresh_grace = Duration::from_millis(1);
    })
    .await;
    let mut browser = world.user().await;
    let mut last = f64::MAX;
    for call in [
        "/api/session/extend",
        "/api/auth/refresh",
        "/api/session/extend",
    ] {
        assert_eq!(browser.post(call, json!({})).await.status, 200);
        let session = browser.get("/api/session").await.json();
        let rest = seconds(&session, "absoluteRemainingSeconds");
        assert!(rest <= last, "{rest} after {last}");
        last = rest;
    }
}

#[tokio::test]
async fn a_socket_that_comes_inside_the_lead_is_warned_once() {
    let world = limited(60_000, 600_000, 120_000).await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    let warning = socket.expect("SESSION_WARNING").await;
    assert!(seconds(&warning, "remainingSeconds") <= 60.0);
    for _ in 0..3 {
        socket.send(json!({ "type": "heartbeat" })).await;
        socket.expect("heartbeat_ack").await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

#[tokio::test]
async fn a_session_without_a_socket_ends_too() {
    let world = limited(500, 60_000, 100).await;
    let mut browser = world.user().await;
    eventually("the metrics count no living session", || {
        let mut browser = world.browser();
        async move {
            let text = browser.get("/metrics").await.text;
            text.contains("session_backend_active_sessions 0")
                && text.contains("session_backend_sessions_ended_total 1")
        }
    })
    .await;
    let answer = browser.get("/api/session").await.json();
    assert_eq!(answer["reason"], "SESSION_TIMEOUT");
}

#[tokio::test]
async fn a_browser_that_slept_through_the_end_is_told_why() {
    let world = World::start_with(|config| {
        config.policy = short_limits(1_500, 60_000, 100);
        config.policy.access_token_lifetime = Duration::from_secs(1);
    })
    .await;
    let mut browser = world.user().await;
    Socket::enter(&browser)
        .await
        .expect_end("SESSION_TIMEOUT")
        .await;
    eventually("the access token is over too", || {
        let mut without_cookie = browser.clone();
        without_cookie.cookies.clear();
        async move { without_cookie.get("/api/me").await.code() == "invalid_token" }
    })
    .await;
    let told = browser.get("/api/session").await.json();
    assert_eq!(
        told,
        json!({ "active": false, "reason": "SESSION_TIMEOUT" })
    );
    let answer = browser.post("/api/session/extend", json!({})).await;
    answer.expect_problem(401, "session_expired");
    browser.cookies.clear();
    browser
        .get("/api/session")
        .await
        .expect_problem(401, "invalid_token");
}
