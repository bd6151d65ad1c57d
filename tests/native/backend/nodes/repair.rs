//! A fail-over takes back what was written last: no ended session lives again, no user is logged out.

use std::time::Duration;

use serde_json::json;
use session_backend::{Moment, store};
use session_protocol::EndReason;

use crate::{
    conformance::begun,
    support::{Browser, Nodes, Redis, beats, eventually, healthy, refreshed, settled},
};

/// Rotations that do not wait for the grace.
const NO_GRACE: [&str; 3] = ["--allow-short-limits", "--refresh-grace", "1ms"];

async fn rotate(browser: &mut Browser) {
    tokio::time::sleep(Duration::from_millis(5)).await;
    let answer = browser.refresh().await;
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 1));
}

fn fall_back(nodes: &mut Nodes, snapshot: &std::path::Path) {
    nodes.redis.kill();
    nodes.redis.put_back(snapshot);
}

#[tokio::test]
async fn an_older_snapshot_revives_nobody_and_logs_nobody_out() {
    let mut nodes = Nodes::start_with(&NO_GRACE).await;
    let mut rotated = nodes.user(0).await;
    let mut ended = nodes.user(1).await;
    let mut revoked = nodes.user(0).await;
    let mut stolen = ended.clone();
    let snapshot = nodes.redis.snapshot();
    let mut used_up = rotated.clone();
    for number in [0, 1, 0, 1, 1] {
        nodes.turn(&mut rotated, number);
        rotate(&mut rotated).await;
    }
    ended.post("/api/auth/logout", json!({})).await;
    let mut new = nodes.user(1).await;
    let status = revoked.get("/api/session").await.json();
    let path = format!("/api/sessions/{}", status["id"].as_str().unwrap());
    assert_eq!(new.delete(&path).await.status, 204);
    // The other server has heard of the ends, too.
    let mut witness = nodes.socket(&rotated, 0).await;
    rotated.post("/api/session/extend", json!({})).await;
    witness.expect("SESSION_EXTENDED").await;

    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    for number in [0, 1] {
        for (browser, code) in [
            (&mut stolen, "logged_out"),
            (&mut revoked, "session_revoked"),
        ] {
            nodes.turn(browser, number);
            let answer = settled(browser, "/api/me").await;
            answer.expect_problem(401, code);
        }
        for browser in [&mut rotated, &mut new] {
            nodes.turn(browser, number);
            refreshed(browser).await;
        }
    }
    // A token that was used up before the fail-over is still the mark of a theft.
    nodes.turn(&mut used_up, 0);
    let answer = used_up.refresh().await;
    answer.expect_problem(401, "reuse_detected");
    let answer = rotated.get("/api/me").await;
    answer.expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn a_server_that_lives_restores_what_a_dead_one_told_it() {
    let mut nodes = Nodes::start().await;
    let mut ended = nodes.user(0).await;
    let mut stolen = ended.clone();
    let witness = nodes.user(1).await;
    let mut socket = nodes.socket(&ended, 1).await;
    let snapshot = nodes.redis.snapshot();
    ended.post("/api/auth/logout", json!({})).await;
    socket.expect_end("LOGGED_OUT").await;
    nodes.kill(0);
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    healthy(&witness).await;
    nodes.turn(&mut stolen, 1);
    let answer = settled(&mut stolen, "/api/me").await;
    answer.expect_problem(401, "logged_out");
    stolen.refresh().await.expect_problem(401, "logged_out");
}

#[tokio::test]
async fn a_repair_that_fails_is_done_again_before_anything_is_asked() {
    const WRITABLE: [&str; 4] = ["CONFIG", "SET", "min-replicas-to-write", "0"];
    let redis = Redis::start_with(&["--min-replicas-to-write", "1"]).await;
    redis.ask(&WRITABLE);
    let urls = [redis.url()];
    let mut nodes = Nodes::start_at(redis, &urls, &[]).await;
    let mut ended = nodes.user(0).await;
    let mut stolen = ended.clone();
    let snapshot = nodes.redis.snapshot();
    ended.post("/api/auth/logout", json!({})).await;
    fall_back(&mut nodes, &snapshot);
    // It is what it was at its start: nothing can be written.
    nodes.redis.revive().await;
    eventually("a repair fails", || async {
        nodes
            .redis
            .ask(&["INFO", "errorstats"])
            .contains("NOREPLICAS")
    })
    .await;
    nodes.redis.ask(&WRITABLE);
    let answer = settled(&mut stolen, "/api/me").await;
    answer.expect_problem(401, "logged_out");
}

#[tokio::test]
async fn a_connection_that_breaks_alone_needs_no_repair() {
    let redis = Redis::start().await;
    let store = store::open(&redis.location()).await.unwrap();
    let row = begun(&*store).await;
    redis.ask(&["CONFIG", "RESETSTAT"]);
    redis.ask(&["CLIENT", "KILL", "TYPE", "normal"]);
    eventually("the store is connected again", || async {
        store.ping().await.is_ok()
    })
    .await;
    let asked = redis.ask(&["INFO", "commandstats"]);
    assert!(!asked.contains("cmdstat_hgetall"), "{asked}");
    assert_eq!(store.session(&row.id).await, Ok(Some(row)));
}

#[tokio::test]
async fn where_nobody_remembers_a_session_catches_up_with_its_token() {
    let mut nodes = Nodes::start_with(&NO_GRACE).await;
    let mut browser = nodes.user(0).await;
    let first = browser.clone();
    let snapshot = nodes.redis.snapshot();
    for _ in 0..3 {
        rotate(&mut browser).await;
    }
    nodes.kill(0);
    nodes.kill(1);
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    nodes.revive(0).await;
    nodes.turn(&mut browser, 0);
    assert_eq!(browser.get("/api/session").await.json()["active"], true);
    assert_eq!(browser.refresh().await.status, 200);
    rotate(&mut browser).await;
    let mut thief = first;
    nodes.turn(&mut thief, 0);
    thief.refresh().await.expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn a_login_that_may_come_back_is_not_denied() {
    let mut nodes = Nodes::start().await;
    let snapshot = nodes.redis.snapshot();
    let mut browser = nodes.user(0).await;
    nodes.kill(0);
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    nodes.turn(&mut browser, 1);
    healthy(&browser).await;
    let answer = browser.refresh().await;
    answer.expect_problem(503, "store_unavailable");
    assert_eq!(browser.cookies.len(), 1, "the cookie is still there");
}

#[tokio::test]
async fn a_cookie_of_another_server_makes_nothing_uncertain() {
    let mut nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let other = ("__Host-rt-another".to_owned(), "other".to_owned());
    browser.cookies.extend([other]);
    let snapshot = nodes.redis.snapshot();
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    healthy(&browser).await;
    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(browser.cookies.len(), 2, "neither is taken away");
    browser.log_in("user@example.com").await;
}

#[tokio::test]
async fn a_lost_session_with_sockets_keeps_nobody_from_hearing_of_ends() {
    let mut nodes = Nodes::start().await;
    let mut other = nodes.browser(1);
    let ended = other.log_in("second@example.com").await;
    let mut closing = nodes.socket(&other, 1).await;
    let snapshot = nodes.redis.snapshot();
    let lost = nodes.user(0).await;
    let mut staying = nodes.socket(&lost, 1).await;
    nodes.kill(0);
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    healthy(&other).await;
    let beside = store::open(&nodes.redis.location()).await.unwrap();
    let end = beside.end(&ended, EndReason::Revoked, Moment::now());
    assert!(end.await.unwrap());
    closing.expect_end("REVOKED").await;
    beats(&mut staying).await;
}

#[tokio::test]
async fn a_session_that_is_half_there_may_come_back_too() {
    let mut nodes = Nodes::start().await;
    let mut browser = nodes.browser(0);
    let id = browser.log_in("user@example.com").await;
    let snapshot = nodes.redis.snapshot();
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    healthy(&browser).await;
    nodes.redis.ask(&["DEL", &format!("ls:s:{id}")]);
    let answer = browser.refresh().await;
    answer.expect_problem(503, "store_unavailable");
    assert_eq!(browser.cookies.len(), 1, "the cookie is still there");
}

/// The clock of a new primary may be behind that of the one before, and its feed with it.
#[tokio::test]
async fn ends_are_heard_though_the_feed_has_fallen_back() {
    const ENDS: usize = 3;
    let mut nodes = Nodes::start().await;
    let mut sessions = Vec::new();
    for _ in 0..ENDS {
        let mut browser = nodes.browser(0);
        let id = browser.log_in("user@example.com").await;
        sessions.push((id, nodes.socket(&browser, 1).await));
    }
    let snapshot = nodes.redis.snapshot();
    let later = Moment::now().plus(Duration::from_secs(3_600)).0;
    let update = ["topic", "system", "seq", "1", "payload", "null"];
    let entry = format!("{later}-0");
    nodes
        .redis
        .ask(&[&["XADD", "ls:events", &entry][..], &update].concat());
    // Whoever hears of an end has heard of what was told before.
    let mut last = nodes.browser(0);
    last.log_in("second@example.com").await;
    let mut witness = nodes.socket(&last, 1).await;
    last.post("/api/auth/logout", json!({})).await;
    witness.expect_end("LOGGED_OUT").await;
    fall_back(&mut nodes, &snapshot);
    nodes.redis.revive().await;
    healthy(&nodes.browser(1)).await;
    let beside = store::open(&nodes.redis.location()).await.unwrap();
    // The first may be found by the look at all sessions after the fail-over.
    for (id, socket) in &mut sessions {
        let end = beside.end(id, EndReason::Revoked, Moment::now());
        assert!(end.await.unwrap());
        socket.expect_end("REVOKED").await;
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_read_keeps_no_other_from_ending() {
    let limits = ["--allow-short-limits", "--idle-timeout", "3s"];
    let mut nodes = Nodes::start_with(&limits).await;
    let mut browser = nodes.browser(0);
    let damaged = browser.log_in("user@example.com").await;
    let other = nodes.browser(0).log_in("user@example.com").await;
    let key = format!("ls:s:{damaged}");
    nodes.redis.ask(&["HSET", &key, "state", "damaged"]);
    let ended = || {
        nodes
            .redis
            .ask(&["HGET", &format!("ls:s:{other}"), "ended"])
    };
    eventually("the other one has ended", || async {
        ended().contains("SESSION_TIMEOUT")
    })
    .await;
    let answer = browser.get("/api/me").await;
    answer.expect_problem(503, "store_unavailable");
    // Nor does it keep a server from coming back.
    nodes.redis.ask(&["SAVE"]);
    nodes.redis.kill();
    nodes.redis.revive().await;
    healthy(&browser).await;
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_nobody_from_hearing_of_ends() {
    let nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let mut there = nodes.socket(&browser, 1).await;
    let id = nodes.redis.ask(&["GET", "ls:a:second@example.com"]);
    let key = format!("ls:user:{}", id.trim());
    assert_eq!(nodes.redis.ask(&["HDEL", &key, "password"]).trim(), "1");
    let event = json!({ "account": { "user": id.trim() } }).to_string();
    nodes.redis.ask(&["XADD", "ls:events", "*", "e", &event]);
    browser.post("/api/auth/logout", json!({})).await;
    there.expect_end("LOGGED_OUT").await;
}
