//! A thief copies the jar once: what that is worth before, inside and after the grace.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Browser, Process, Socket, World};

/// Long enough to act inside of it, short enough to wait for its end.
const GRACE: Duration = Duration::from_secs(2);

async fn world() -> World {
    World::start_with(|config| config.policy.refresh_grace = GRACE).await
}

async fn grace_is_over() {
    tokio::time::sleep(GRACE + Duration::from_millis(50)).await;
}

async fn rotate(browser: &mut Browser) {
    let answer = browser.refresh().await;
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 1));
}

async fn counted(world: &World, name: &str) -> u64 {
    let text = world.browser().get("/metrics").await.text;
    let name = format!("session_backend_security_events_total{{label=\"{name}\"}} ");
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(&name));
    value.map_or(0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn a_thief_who_is_first_loses_all_at_the_next_refresh_of_the_owner() {
    let world = world().await;
    let mut owner = world.user().await;
    let mut thief = owner.clone();
    rotate(&mut thief).await;
    assert_eq!(thief.get("/api/notes").await.status, 200);
    let mut spying = Socket::enter(&thief).await;

    // Inside the grace the owner looks like a tab that came second.
    let answer = owner.refresh().await;
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
    grace_is_over().await;
    let mut copy = owner.clone();
    owner.refresh().await.expect_problem(401, "reuse_detected");
    spying.expect_end("REUSE_DETECTED").await;
    for victim in [&mut thief, &mut copy] {
        victim
            .get("/api/me")
            .await
            .expect_problem(401, "reuse_detected");
        victim.refresh().await.expect_problem(401, "reuse_detected");
    }
    assert_eq!(counted(&world, "refresh_token_reused").await, 1);
}

#[tokio::test]
async fn a_thief_who_used_nothing_of_the_stolen_successor_leaves_the_owner_in_peace() {
    let world = world().await;
    let mut owner = world.user().await;
    let mut thief = owner.clone();
    rotate(&mut thief).await;
    grace_is_over().await;
    // Nobody can tell this from an answer that was lost; both now hold the same successor.
    rotate(&mut owner).await;
    assert_eq!(owner.cookies, thief.cookies);
    grace_is_over().await;
    rotate(&mut owner).await;
    assert_eq!(owner.get("/api/me").await.status, 200);
    grace_is_over().await;
    thief.refresh().await.expect_problem(401, "reuse_detected");
    owner.refresh().await.expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn a_thief_inside_the_grace_gets_five_access_tokens_and_never_the_chain() {
    let world = world().await;
    let mut owner = world.user().await;
    let mut thief = owner.clone();
    rotate(&mut owner).await;
    for _ in 0..5 {
        let answer = thief.refresh().await;
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
    }
    for _ in 0..3 {
        let answer = thief.refresh().await;
        answer.expect_problem(429, "rate_limited");
        assert_eq!(answer.set_cookies().len(), 0);
    }
    assert_eq!(counted(&world, "predecessor_tolerated").await, 5);
    assert_eq!(counted(&world, "predecessor_put_off").await, 3);

    // The owner is not disturbed, and the next generation has a budget of its own.
    assert_eq!(owner.get("/api/me").await.status, 200);
    assert_eq!(owner.refresh().await.status, 200);
    grace_is_over().await;
    let mut other_tab = owner.clone();
    rotate(&mut owner).await;
    assert_eq!(other_tab.refresh().await.status, 200);
    assert_eq!(counted(&world, "refresh_token_reused").await, 0);
    thief.refresh().await.expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn a_thief_after_the_grace_ends_the_family() {
    let world = world().await;
    let mut owner = world.user().await;
    let mut thief = owner.clone();
    rotate(&mut owner).await;
    assert_eq!(owner.get("/api/me").await.status, 200);
    let mut socket = Socket::enter(&owner).await;
    grace_is_over().await;
    thief.refresh().await.expect_problem(401, "reuse_detected");
    socket.expect_end("REUSE_DETECTED").await;
    owner
        .get("/api/me")
        .await
        .expect_problem(401, "reuse_detected");
    assert_eq!(counted(&world, "refresh_token_reused").await, 1);
}

#[tokio::test]
async fn a_theft_is_reported_though_its_browser_has_a_newer_session() {
    let short = Duration::from_millis(1);
    let world = World::start_with(|config| config.policy.refresh_grace = short).await;
    let mut owner = world.user().await;
    let mut thief = owner.clone();
    for _ in 0..2 {
        tokio::time::sleep(2 * short).await;
        rotate(&mut thief).await;
    }
    tokio::time::sleep(2 * short).await;
    owner.cookies.extend(world.user().await.cookies);
    assert_eq!(owner.refresh().await.status, 200);
    thief.refresh().await.expect_problem(401, "reuse_detected");
    assert_eq!(counted(&world, "refresh_token_reused").await, 1);
}

#[tokio::test]
async fn each_of_these_is_in_the_log_and_a_jar_one_generation_old_is_ambiguous() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--demo", "--allow-short-limits", "--refresh-grace", "2s"];
    let process = Process::start(folder.path(), &flags).await;
    for old in [1, 2] {
        let mut owner = Browser::new(&process.origin);
        owner.log_in("user@example.com").await;
        let mut thief = owner.clone();
        for _ in 0..old {
            rotate(&mut owner).await;
            assert_eq!(owner.get("/api/me").await.status, 200);
            for _ in 0..if old == 1 { 6 } else { 0 } {
                thief.post("/api/auth/refresh", json!({})).await;
            }
            grace_is_over().await;
        }
        thief.refresh().await.expect_problem(401, "reuse_detected");
    }
    process.kill();
    let log = std::fs::read_to_string(folder.path().join("stderr")).unwrap();
    let records = log.lines();
    let records: Vec<Value> = records
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let of = |event: &str| {
        let found = records.iter().filter(|record| record["event"] == event);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("predecessor_tolerated").len(), 5);
    assert_eq!(of("predecessor_put_off").len(), 1);
    let reuses = of("refresh_token_reused");
    let reasons: Vec<_> = reuses.iter().map(|it| it["reason"].as_str()).collect();
    assert_eq!(reasons, [Some("ambiguous"), None], "{reuses:?}");
}
