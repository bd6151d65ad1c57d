//! The `/demo/*` switches.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Heard, Socket, World};

#[tokio::test]
async fn expire_and_revoke_end_the_callers_session_only() {
    let world = World::start().await;
    for (switch, reason, code) in [
        ("/demo/expire", "SESSION_TIMEOUT", "session_expired"),
        ("/demo/revoke", "REVOKED", "session_revoked"),
    ] {
        let mut browser = world.user().await;
        let mut other = world.user().await;
        let mut socket = Socket::enter(&browser).await;
        assert_eq!(browser.post(switch, json!({})).await.status, 204);
        socket.expect_end(reason).await;
        browser.refresh().await.expect_problem(401, code);
        assert_eq!(other.get("/api/me").await.status, 200);
    }
}

#[tokio::test]
async fn without_a_credential_a_switch_concerns_everybody() {
    let world = World::start().await;
    let (mut one, mut two) = (world.user().await, world.user().await);
    let request = world.browser().bare(reqwest::Method::POST, "/demo/expire");
    assert_eq!(world.browser().send(request).await.status, 204);
    for browser in [&mut one, &mut two] {
        browser
            .get("/api/me")
            .await
            .expect_problem(401, "session_expired");
    }
}

#[tokio::test]
async fn warn_brings_the_end_near_and_says_so() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    browser.post("/demo/warn?seconds=45", json!({})).await;
    let warning = socket.expect("SESSION_WARNING").await;
    let remaining = warning["remainingSeconds"].as_f64().unwrap();
    assert!((43.0..=45.0).contains(&remaining), "{remaining}");
    socket.send(json!({ "type": "activity" })).await;
    socket.expect("SESSION_EXTENDED").await;
    browser.post("/demo/warn", json!({})).await;
    let warning = socket.expect("SESSION_WARNING").await;
    assert!(warning["remainingSeconds"].as_f64().unwrap() <= 30.0);
}

#[tokio::test]
async fn dropped_sockets_break_without_a_closing_handshake() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    browser.post("/demo/drop-sockets", json!({})).await;
    assert_eq!(socket.next().await, Heard::Broken);
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn refreshes_fail_as_often_as_asked_and_then_work() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let mut other = world.user().await;
    browser
        .post("/demo/fail-refresh?status=503&times=2", json!({}))
        .await;
    for _ in 0..2 {
        let answer = browser.refresh().await;
        answer.expect_problem(503, "demo_failure");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(other.refresh().await.status, 200);
    assert_eq!(browser.refresh().await.status, 200);
    browser
        .post("/demo/fail-refresh?status=401", json!({}))
        .await;
    browser
        .refresh()
        .await
        .expect_problem(401, "session_revoked");
    assert_eq!(
        browser.refresh().await.status,
        200,
        "the session itself lives"
    );
    let answer = browser
        .post("/demo/fail-refresh?status=200", json!({}))
        .await;
    answer.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn a_slow_refresh_answers_late() {
    let world = World::start().await;
    let mut browser = world.user().await;
    browser
        .post("/demo/slow-refresh?seconds=1", json!({}))
        .await;
    let start = Instant::now();
    assert_eq!(browser.refresh().await.status, 200);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let start = Instant::now();
    assert_eq!(browser.refresh().await.status, 200);
    assert!(start.elapsed() < Duration::from_secs(1));
}
