//! Refresh: rotation, the grace for tabs that raced, and the detection of theft.

use std::time::Duration;

use serde_json::json;

use crate::support::{Browser, Heard, Socket, World, eventually};

/// A server in which nothing is inside the grace.
async fn without_grace() -> World {
    World::start_with(|config| config.policy.refresh_grace = Duration::from_millis(1)).await
}

/// Refreshes until the token rotates, that is, after the grace.
async fn rotate(browser: &mut Browser) {
    loop {
        let answer = browser.refresh().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        if !answer.set_cookies().is_empty() {
            return;
        }
    }
}

#[tokio::test]
async fn a_refresh_rotates_the_cookie_within_its_family() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let before = browser.clone();
    let answer = browser.refresh().await;
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 1));
    assert!(before.cookies.keys().eq(browser.cookies.keys()));
    assert_ne!(before.cookies, browser.cookies);
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn inside_the_grace_neither_predecessor_nor_successor_rotates() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let mut other_tab = browser.clone();
    assert_eq!(browser.refresh().await.status, 200);
    for tab in [&mut other_tab, &mut browser] {
        let answer = tab.refresh().await;
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
        assert_eq!(tab.get("/api/me").await.status, 200);
    }
}

#[tokio::test]
async fn a_predecessor_lets_nobody_in_but_by_the_refresh_that_counts_it() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let mut behind = browser.clone();
    behind.token = None;
    assert_eq!(browser.refresh().await.status, 200);

    for call in ["/api/auth/ticket", "/api/session/extend"] {
        let answer = behind.post(call, json!({})).await;
        answer.expect_problem(401, "invalid_token");
    }
    let handshake = Socket::handshake(&behind, "?auth=cookie");
    let (mut socket, _) = Socket::connect(handshake).await.unwrap();
    assert_eq!(
        socket.closed().await,
        Heard::Close(4408, "invalid_token".to_owned())
    );
    let answer = behind.get("/api/session").await.json();
    assert_eq!(answer["active"], true, "a tab may ask how things are");
    assert_eq!(behind.refresh().await.status, 200, "and come again");
    assert_eq!(behind.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn a_hundred_refreshes_at_once_rotate_once_and_lose_no_tab() {
    let world = World::start().await;
    let mut jar = world.user().await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let call = jar.posting("/api/auth/refresh", &json!({}));
        calls.spawn(Browser::ask(call));
    }
    let answers = calls.join_all().await;
    let (mut rotated, mut tolerated, mut put_off) = (0, 0, 0);
    for answer in &answers {
        jar.receive(answer);
        match (answer.status, answer.set_cookies().len()) {
            (200, 1) => rotated += 1,
            (200, 0) => tolerated += 1,
            _ => {
                answer.expect_problem(429, "rate_limited");
                assert_eq!(answer.set_cookies().len(), 0);
                assert_eq!(answer.header("retry-after"), "1");
                put_off += 1;
            }
        }
    }
    assert_eq!((rotated, tolerated, put_off), (1, 5, 94));

    // The tabs that were put off come back with what their browser has by then.
    for _ in 0..put_off {
        let mut tab = jar.clone();
        let answer = tab.refresh().await;
        assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
        assert_eq!(tab.get("/api/me").await.status, 200);
    }
    let metrics = jar.get("/metrics").await.text;
    for line in [
        "session_backend_rotations_total 1",
        "session_backend_security_events_total{label=\"predecessor_tolerated\"} 5",
        "session_backend_security_events_total{label=\"predecessor_put_off\"} 94",
        "session_backend_reuses_total 0",
        "session_backend_active_sessions 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{metrics}");
    }
}

#[tokio::test]
async fn an_older_token_revokes_the_family_and_closes_its_sockets() {
    let world = without_grace().await;
    let mut browser = world.user().await;
    let mut thief = browser.clone();
    rotate(&mut browser).await;
    rotate(&mut browser).await;
    let mut socket = Socket::enter(&browser).await;
    let answer = thief.refresh().await;
    answer.expect_problem(401, "reuse_detected");
    assert!(thief.cookies.is_empty(), "the dead cookie is deleted");
    socket.expect_end("REUSE_DETECTED").await;
    browser
        .refresh()
        .await
        .expect_problem(401, "reuse_detected");
    browser.token = None;
    assert_eq!(browser.get("/api/session").await.json()["active"], false);
}

#[tokio::test]
async fn a_lost_answer_is_issued_again_after_the_grace_as_often_as_it_is_lost() {
    let world = without_grace().await;
    let first = world.user().await;
    let (mut lost, mut browser) = (first.clone(), first.clone());
    rotate(&mut lost).await;
    rotate(&mut browser).await;
    assert_eq!(browser.cookies, lost.cookies, "the same successor");
    let mut again = first.clone();
    rotate(&mut again).await;
    assert_eq!(again.cookies, lost.cookies);
}

#[tokio::test]
async fn a_successor_that_asks_by_its_cookie_alone_is_seen() {
    let world = without_grace().await;
    let first = world.user().await;
    let mut owner = first.clone();
    rotate(&mut owner).await;
    owner.token = None;
    assert_eq!(owner.get("/api/session").await.json()["active"], true);
    let mut thief = first;
    thief.refresh().await.expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn a_predecessor_whose_successor_was_used_is_reuse_after_the_grace() {
    let world = without_grace().await;
    let mut browser = world.user().await;
    let mut thief = browser.clone();
    rotate(&mut browser).await;
    assert_eq!(browser.get("/api/me").await.status, 200);
    eventually("the grace is over", || {
        let mut thief = thief.clone();
        async move { thief.refresh().await.status == 401 }
    })
    .await;
    thief.refresh().await.expect_problem(401, "reuse_detected");
    browser
        .get("/api/me")
        .await
        .expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn the_newest_living_family_wins_and_the_others_of_its_browser_end() {
    let world = World::start().await;
    let mut old = world.user().await;
    let new = world.user().await;
    let mut stranger = world.user().await;
    let mut jar = old.clone();
    jar.cookies.extend(new.cookies.clone());
    assert_eq!(jar.refresh().await.status, 200);
    let family = new.cookies.keys().next().unwrap();
    assert_eq!(jar.cookies.keys().collect::<Vec<_>>(), [family]);
    old.refresh().await.expect_problem(401, "replaced");
    assert_eq!(jar.refresh().await.status, 200);
    assert_eq!(stranger.refresh().await.status, 200);
}

#[tokio::test]
async fn without_a_cookie_or_with_a_forged_one_there_is_no_session() {
    let world = World::start().await;
    world
        .browser()
        .refresh()
        .await
        .expect_problem(401, "no_session");
    let mut forger = world.user().await;
    for value in forger.cookies.values_mut() {
        let (signed, _) = value.rsplit_once('.').unwrap();
        *value = format!("{signed}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }
    forger.refresh().await.expect_problem(401, "no_session");
}

#[tokio::test]
async fn a_cookie_that_this_server_did_not_write_is_left_until_its_family_is_over() {
    let [here, there] = [World::start().await, World::start().await];
    let mut browser = here.user().await;
    let own = browser.clone();
    // Cookies know no ports, and two servers may be on one host.
    let mut at_both = there.user().await;
    at_both.cookies.extend(own.cookies.clone());
    assert_eq!(at_both.refresh().await.status, 200);
    at_both.post("/api/auth/logout", json!({})).await;
    assert_eq!(at_both.cookies, own.cookies);

    let code = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let mut forged = own.clone();
    for value in forged.cookies.values_mut() {
        let (signed, _) = value.rsplit_once('.').unwrap();
        *value = format!("{signed}.{code}");
    }
    forged.refresh().await.expect_problem(401, "no_session");
    assert_eq!(forged.cookies.len(), 1, "its family lives");
    browser.post("/api/auth/logout", json!({})).await;
    forged.refresh().await.expect_problem(401, "no_session");
    assert!(forged.cookies.is_empty(), "its family is over");
}

#[tokio::test]
async fn cookies_of_other_servers_keep_nobody_out_however_many_and_new_they_are() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let own = browser.cookies.clone();
    // Browsers name the oldest first, and this one sorts by name.
    let others = (0..40).flat_map(|number| ["zzzzzzzz", "~"].map(|name| format!("{name}{number}")));
    let others = others.map(|name| (format!("__Host-rt-{name}"), "other".to_owned()));
    browser.cookies.extend(others);
    assert_eq!(browser.cookies.keys().next(), own.keys().next());
    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(browser.get("/api/me").await.status, 200);
    browser.post("/api/auth/logout", json!({})).await;
    assert_eq!(browser.cookies.len(), 80, "its own alone is taken away");
}

#[tokio::test]
async fn refreshing_never_moves_the_idle_deadline() {
    let world = without_grace().await;
    let mut browser = world.user().await;
    browser.post("/demo/warn?seconds=30", json!({})).await;
    for _ in 0..5 {
        rotate(&mut browser).await;
        let session = browser.get("/api/session").await.json();
        let idle = session["idleRemainingSeconds"].as_f64().unwrap();
        assert!(idle <= 30.0, "{idle}");
    }
}

#[tokio::test]
async fn a_stolen_family_ends_by_whatever_call_its_owner_makes_next() {
    for call in ["session", "extend", "login", "ticket"] {
        let world = without_grace().await;
        let mut owner = world.user().await;
        let mut thief = owner.clone();
        rotate(&mut thief).await;
        rotate(&mut thief).await;
        // Within the grace of 1 ms the owner's call would be taken for one that was overtaken.
        tokio::time::sleep(Duration::from_millis(10)).await;

        owner.token = None;
        match call {
            "session" => {
                let answer = owner.get("/api/session").await.json();
                assert_eq!(answer["reason"], "REUSE_DETECTED");
            }
            "extend" => owner
                .post("/api/session/extend", json!({}))
                .await
                .expect_problem(401, "reuse_detected"),
            "ticket" => owner
                .post("/api/auth/ticket", json!({}))
                .await
                .expect_problem(401, "reuse_detected"),
            _ => drop(owner.log_in("user@example.com").await),
        }

        thief.refresh().await.expect_problem(401, "reuse_detected");
    }
}

#[tokio::test]
async fn a_question_that_a_rotation_overtook_is_asked_again_and_ends_nothing() {
    let world =
        World::start_with(|config| config.policy.refresh_grace = Duration::from_millis(500)).await;
    let mut browser = world.user().await;
    let mut late = browser.clone();
    late.token = None;
    rotate(&mut browser).await;
    rotate(&mut browser).await;

    let answer = late.get("/api/session").await;
    answer.expect_problem(401, "invalid_token");
    assert_eq!(browser.refresh().await.status, 200, "the family lives");

    eventually("the grace is over and the old cookie a theft", || {
        let mut late = late.clone();
        async move { late.get("/api/session").await.status == 200 }
    })
    .await;
    browser
        .refresh()
        .await
        .expect_problem(401, "reuse_detected");
}

#[tokio::test]
async fn five_stale_cookies_keep_nobody_out_and_are_taken_away() {
    let world = World::start().await;
    let mut browser = world.user().await;
    for _ in 0..5 {
        let mut ended = world.user().await;
        browser.cookies.extend(ended.cookies.clone());
        ended.post("/api/auth/logout", json!({})).await;
    }
    assert_eq!(browser.cookies.len(), 6);
    assert!(browser.cookie_header().len() < 4_096);
    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(browser.cookies.len(), 1, "only the living family is left");
    assert_eq!(browser.get("/api/me").await.status, 200);
}
