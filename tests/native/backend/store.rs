//! The store fails: that never looks like the end of a session.

use std::time::{Duration, Instant};

use serde_json::json;
use session_backend::{Moment, StoreLocation, store};
use session_protocol::EndReason;

use crate::support::{Socket, World, short_limits};

#[tokio::test]
async fn a_store_that_does_not_answer_is_503_and_afterwards_all_is_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let mut browser = world.user().await;
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = browser.refresh().await;
    answer.expect_problem(503, "store_unavailable");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(answer.header("retry-after"), "1");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(
        browser.post("/api/session/extend", json!({})).await.status,
        200
    );
}

#[tokio::test]
async fn health_is_that_of_reading_and_of_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let mut operator = world.browser();
    assert_eq!(operator.get("/healthz").await.status, 200);
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = operator.get("/healthz").await;
    answer.expect_problem(503, "store_unavailable");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(operator.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn the_absolute_limit_holds_while_the_store_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| {
        config.store = location;
        config.policy = short_limits(2_000, 2_500, 100);
    })
    .await;
    // These are only idle, which nobody can know without the store; most are looked at before.
    let mut idle = Vec::new();
    for _ in 0..8 {
        let mut browser = world.browser();
        let body = json!({
            "email": "user@example.com",
            "password": "password",
            "rememberMe": true,
        });
        let answer = browser.post("/api/auth/login", body).await;
        browser.keep_token(&answer);
        idle.push(Socket::enter(&browser).await);
    }
    let mut other = world.browser();
    other.log_in("second@example.com").await;
    let mut socket = Socket::enter(&other).await;
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    socket.expect_end("ABSOLUTE_TIMEOUT").await;
    lock.execute_batch("ROLLBACK").unwrap();
    for socket in &mut idle {
        socket.expect_end("SESSION_TIMEOUT").await;
    }
}

#[tokio::test]
async fn many_who_wait_for_a_store_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let browser = world.user().await;
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let mut tab = browser.clone();
        calls.spawn(async move { tab.refresh().await });
    }
    for answer in calls.join_all().await {
        answer.expect_problem(503, "store_unavailable");
    }
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    lock.execute_batch("ROLLBACK").unwrap();
    let mut browser = browser;
    assert_eq!(browser.refresh().await.status, 200);
}

#[tokio::test]
async fn a_socket_stays_while_the_store_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let mut browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    browser.post("/demo/warn?seconds=300", json!({})).await;
    socket.expect("SESSION_WARNING").await;
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..2 {
        socket.send(json!({ "type": "activity" })).await;
        let refused = socket.expect("error").await;
        assert_eq!(refused["code"], "store_unavailable");
        socket.send(json!({ "type": "heartbeat" })).await;
        socket.expect("heartbeat_ack").await;
    }
    lock.execute_batch("ROLLBACK").unwrap();
    socket.send(json!({ "type": "activity" })).await;
    socket.expect("SESSION_EXTENDED").await;
}

#[tokio::test]
async fn a_session_that_another_process_ends_loses_its_sockets_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::File(folder.path().join("store.sqlite"));
    let world = World::start_with(|config| config.store = location.clone()).await;
    let mut browser = world.browser();
    let id = browser.log_in("user@example.com").await;
    let mut socket = Socket::enter(&browser).await;
    let beside = store::open(&location).await.unwrap();
    let start = Instant::now();
    let ended = beside.end(&id, EndReason::AccountDisabled, Moment::now());
    assert!(ended.await.unwrap());
    socket.expect_end("ACCOUNT_DISABLED").await;
    assert!(start.elapsed() < Duration::from_secs(1));
    let refused = browser.refresh().await;
    refused.expect_problem(401, "account_disabled");
}

#[tokio::test]
async fn the_keys_are_readable_by_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    World::start_with(|config| config.store = StoreLocation::File(path)).await;
    let keys = folder.path().join("store.sqlite-key");
    let mode = std::fs::metadata(keys).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
