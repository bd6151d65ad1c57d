//! What operators and strangers see: health, numbers, refusals of one shape.

use reqwest::Method;
use serde_json::json;

use crate::support::{Socket, World};

#[tokio::test]
async fn a_healthy_server_says_so_and_counts_what_it_did() {
    let world = World::start().await;
    let mut browser = world.user().await;
    browser.refresh().await;
    let _socket = Socket::enter(&browser).await;
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    let metrics = browser.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    for line in [
        "session_backend_logins_total 1",
        "session_backend_refreshes_total 1",
        "session_backend_rotations_total 1",
        "session_backend_sockets_opened_total 1",
        "session_backend_open_sockets 1",
        "session_backend_active_sessions 1",
    ] {
        assert!(
            metrics.text.lines().any(|found| found == line),
            "{}",
            metrics.text
        );
    }
}

#[tokio::test]
async fn undeclared_paths_and_methods_are_refused_by_problem_documents() {
    let world = World::start().await;
    let mut browser = world.user().await;
    browser
        .get("/api/nothing")
        .await
        .expect_problem(404, "not_found");
    let answer = browser.delete("/api/notes").await;
    answer.expect_problem(405, "method_not_allowed");
    assert!(answer.header("allow").contains("POST"));
    let answer = browser
        .send(browser.request(Method::TRACE, "/api/me"))
        .await;
    answer.expect_problem(405, "method_not_allowed");
    browser
        .get("/ws")
        .await
        .expect_problem(426, "upgrade_required");
    let answer = browser.post("/demo/warn?seconds=soon", json!({})).await;
    answer.expect_problem(400, "invalid_request");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::start().await;
    let mut browser = world.user().await;
    for path in [
        "/",
        "/api/session",
        "/api/me",
        "/api/none",
        "/healthz",
        "/metrics",
    ] {
        let answer = browser.get(path).await;
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}");
        let no_store = answer.header("cache-control") == "no-store";
        assert_eq!(no_store, path.starts_with("/api"), "{path}");
    }
}
