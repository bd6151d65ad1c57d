//! The store fails: that never looks like the end of a session.

use std::time::{Duration, Instant};

use serde_json::json;
use session_backend::{Moment, StoreLocation, store};
use session_protocol::EndReason;

use crate::support::{Proxy, Redis, Socket, World, short_limits};

/// Lets the store fail in one thing, until the trigger is dropped.
fn fail(lock: &rusqlite::Connection, when: &str) {
    let trigger = format!("CREATE TRIGGER fault {when} BEGIN SELECT RAISE(ABORT, 'fault'); END");
    lock.execute_batch(&trigger).unwrap();
}

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

#[tokio::test]
async fn a_login_that_cannot_end_the_oldest_session_is_a_login() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| {
        config.store = location;
        config.policy.sessions_per_user = 1;
    })
    .await;
    let mut first = world.user().await;
    let beside = rusqlite::Connection::open(&path).unwrap();
    fail(&beside, "BEFORE UPDATE OF ended_at ON sessions");
    let mut second = world.user().await;
    for browser in [&mut first, &mut second] {
        assert_eq!(browser.get("/api/me").await.status, 200);
    }
    beside.execute_batch("DROP TRIGGER fault").unwrap();
    world.user().await;
    for browser in [&mut first, &mut second] {
        browser.refresh().await.expect_problem(401, "replaced");
    }
}

#[tokio::test]
async fn a_login_that_fails_leaves_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let beside = rusqlite::Connection::open(&path).unwrap();
    let damage = "UPDATE users SET password_hash = CAST(x'ff' AS TEXT)";
    let trigger = format!("CREATE TRIGGER fault AFTER INSERT ON sessions BEGIN {damage}; END");
    beside.execute_batch(&trigger).unwrap();
    let mut browser = world.browser();
    let refused = browser.try_log_in("user@example.com", "password").await;
    refused.expect_problem(503, "store_unavailable");
    assert!(refused.set_cookies().is_empty());
    let sessions = "SELECT count(*), count(ended_at) FROM sessions";
    let found = beside.query_row(sessions, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(found, Ok((1, 1)), "begun, and ended");
}

#[tokio::test]
async fn a_password_that_was_changed_is_said_to_be_though_the_sessions_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let (mut here, mut there) = (world.user().await, world.user().await);
    let beside = rusqlite::Connection::open(&path).unwrap();
    fail(&beside, "BEFORE UPDATE OF ended_at ON sessions");
    let change = json!({
        "currentPassword": "password", "newPassword": "new password", "endOthers": true });
    let answer = here.post("/api/account/password", change).await;
    answer.expect_problem(500, "sessions_not_ended");
    assert!(answer.text.contains("the password is changed"));
    beside.execute_batch("DROP TRIGGER fault").unwrap();
    let mut browser = world.browser();
    let login = browser.try_log_in("user@example.com", "new password").await;
    assert_eq!(login.status, 200);
    assert_eq!(there.get("/api/me").await.status, 200);
    let ended = here.post("/api/sessions/end-others", json!({})).await;
    assert_eq!(ended.status, 204);
    let refused = there.get("/api/me").await;
    refused.expect_problem(401, "session_revoked");
    assert!(refused.text.contains("or by an administrator"));
}

#[tokio::test]
async fn a_disabled_account_with_the_right_password_costs_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let beside = rusqlite::Connection::open(&path).unwrap();
    beside
        .execute_batch("UPDATE users SET disabled_at = 1")
        .unwrap();
    beside.execute_batch("BEGIN IMMEDIATE").unwrap();
    for password in ["password", "another password"] {
        let mut browser = world.browser();
        let refused = browser.try_log_in("user@example.com", password).await;
        refused.expect_problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn an_account_is_looked_for_as_long_as_it_is_found() {
    let redis = Redis::start().await;
    let proxy = Proxy::start(redis.port()).await;
    let url = proxy.url();
    let location = StoreLocation::parse(&url).unwrap();
    let store = store::open(&location).await.unwrap();
    let known = crate::conformance::user(&*store, 1).await.email;
    let trips = async |email: &str| {
        let before = proxy.answers();
        let found = store.account(email).await.unwrap().is_some();
        (found, proxy.answers() - before)
    };
    // The first one brings the script.
    trips(&known).await;
    assert_eq!(trips(&known).await, (true, 1));
    assert_eq!(trips("nobody@example.com").await, (false, 1));
}
