//! What is done on one server holds on the other.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::support::{Heard, JsonBody, Nodes, Socket, eventually};

/// How late another server may hear of an end.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_session_is_one_on_both_servers_and_its_end_closes_sockets_everywhere() {
    let nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    nodes.turn(&mut browser, 1);
    assert_eq!(browser.refresh().await.status, 200);
    let mut here = nodes.socket(&browser, 0).await;
    let mut there = nodes.socket(&browser, 1).await;
    let mut copy = browser.clone();
    nodes.turn(&mut browser, 0);
    assert_eq!(browser.get("/api/me").await.status, 200);
    let start = Instant::now();
    browser.post("/api/auth/logout", json!({})).await;
    there.expect_end("LOGGED_OUT").await;
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    here.expect_end("LOGGED_OUT").await;
    copy.get("/api/me").await.expect_problem(401, "logged_out");
    copy.refresh().await.expect_problem(401, "logged_out");
}

#[tokio::test]
async fn a_hundred_refreshes_on_two_servers_rotate_once() {
    let nodes = Nodes::start().await;
    let browser = nodes.user(0).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..100 {
        let mut tab = browser.clone();
        nodes.turn(&mut tab, number % 2);
        calls.spawn(async move {
            let answer = tab.refresh().await;
            assert!(matches!(answer.status, 200 | 429), "{answer:?}");
            answer.set_cookies().len()
        });
    }
    let cookies = calls.join_all().await;
    assert_eq!(cookies.into_iter().sum::<usize>(), 1);
}

#[tokio::test]
async fn however_many_ask_at_once_a_session_has_no_more_tickets_than_it_may() {
    let nodes = Nodes::start().await;
    let browser = nodes.user(0).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..200 {
        let mut tab = browser.clone();
        nodes.turn(&mut tab, number % 2);
        calls.spawn(async move {
            let answer = tab.post("/api/auth/ticket", json!({})).await;
            if answer.status != 200 {
                answer.expect_problem(429, "rate_limited");
            }
            usize::from(answer.status == 200)
        });
    }
    let tickets: usize = calls.join_all().await.into_iter().sum();
    assert!(tickets <= 60, "{tickets} tickets");
}

#[tokio::test]
async fn extensions_and_demonstrations_reach_sockets_on_the_other_server() {
    let nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let mut there = nodes.socket(&browser, 1).await;
    browser.post("/demo/warn?seconds=90", json!({})).await;
    let warning = there.expect("SESSION_WARNING").await;
    assert!(warning["remainingSeconds"].as_f64().unwrap() <= 90.0);
    browser.post("/api/session/extend", json!({})).await;
    let told = there.expect("SESSION_EXTENDED").await;
    let remaining = told["session"]["idleRemainingSeconds"].as_f64();
    assert!(remaining.unwrap() > 90.0, "{told}");
    let path = "/demo/fail-refresh?status=503&times=1";
    browser.post(path, json!({})).await;
    let mut tab = browser.clone();
    nodes.turn(&mut tab, 1);
    eventually("the other server fails a refresh", || {
        let mut tab = tab.clone();
        async move { tab.refresh().await.status == 503 }
    })
    .await;
    assert_eq!(tab.refresh().await.status, 200);
    browser.post("/demo/drop-sockets", json!({})).await;
    assert_eq!(there.closed().await, Heard::Broken);
}

#[tokio::test]
async fn a_ticket_of_one_server_opens_one_socket_on_the_other() {
    let page = "http://app.test";
    let nodes = Nodes::start_with(&["--origin", page]).await;
    let browser = nodes.user(0).await;
    let request = browser.bare(Method::POST, "/api/auth/ticket");
    let request = request
        .header("Origin", page)
        .header("X-Requested-With", "leptos-session")
        .header("Sec-Fetch-Site", "cross-site")
        .json_body(&json!({}));
    let answer = browser.clone().send(request).await.json();
    let ticket = answer["ticket"].as_str().unwrap();
    let connect = || {
        let mut other = browser.clone();
        nodes.turn(&mut other, 1);
        let mut request = Socket::handshake(&other, &format!("?ticket={ticket}"));
        let origin = HeaderValue::from_static(page);
        request.headers_mut().insert("Origin", origin);
        Socket::connect(request)
    };
    let (mut socket, _) = connect().await.unwrap();
    socket.expect("auth_ok").await;
    let (mut again, _) = connect().await.unwrap();
    assert_eq!(again.expect("error").await["code"], "invalid_token");
}

#[tokio::test]
async fn a_killed_server_takes_nothing_with_it() {
    let mut nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    assert_eq!(browser.refresh().await.status, 200);
    let mut gone = nodes.user(0).await;
    let mut stolen = gone.clone();
    gone.post("/api/auth/logout", json!({})).await;
    let note = browser.post("/api/notes", json!({ "title": "t" })).await;
    nodes.kill(0);
    nodes.turn(&mut browser, 1);
    nodes.turn(&mut stolen, 1);
    assert_eq!(browser.refresh().await.status, 200);
    let kept = browser.get("/api/notes").await.json();
    assert!(kept.as_array().unwrap().contains(&note.json()));
    stolen.refresh().await.expect_problem(401, "logged_out");
    nodes.revive(0).await;
    nodes.turn(&mut browser, 0);
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn sessions_end_in_time_though_the_server_that_swept_is_gone() {
    let limits = ["--allow-short-limits", "--idle-timeout", "4s"];
    let mut nodes = Nodes::start_with(&limits).await;
    let browser = nodes.user(0).await;
    let mut socket = nodes.socket(&browser, 1).await;
    nodes.kill(0);
    socket.expect_end("SESSION_TIMEOUT").await;
}

#[tokio::test]
async fn wrong_passwords_are_counted_over_both_servers() {
    let nodes = Nodes::start().await;
    let mut guesser = nodes.browser(0);
    for number in 0..10 {
        nodes.turn(&mut guesser, number % 2);
        let answer = guesser.try_log_in("user@example.com", "wrong").await;
        answer.expect_problem(401, "invalid_credentials");
    }
    for number in [0, 1] {
        nodes.turn(&mut guesser, number);
        let answer = guesser.try_log_in("user@example.com", "password").await;
        answer.expect_problem(429, "too_many_attempts");
    }
}

#[tokio::test]
async fn a_disabled_account_is_out_on_both_servers_within_a_second() {
    let nodes = Nodes::start().await;
    let (mut browsers, mut sockets) = (Vec::new(), Vec::new());
    for number in 0..5 {
        let browser = nodes.user(number % 2).await;
        sockets.push(nodes.socket(&browser, (number + 1) % 2).await);
        browsers.push(browser);
    }
    let said = nodes.administer(&["disable", "user@example.com"]);
    assert!(said.contains("5 sessions ended"), "{said}");
    let start = Instant::now();
    for socket in &mut sockets {
        socket.expect_end("ACCOUNT_DISABLED").await;
    }
    for (number, browser) in browsers.iter_mut().enumerate() {
        nodes.turn(browser, (number + 1) % 2);
        let answer = browser.refresh().await;
        answer.expect_problem(401, "account_disabled");
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let answer = nodes
        .browser(1)
        .try_log_in("user@example.com", "password")
        .await;
    answer.expect_problem(401, "invalid_credentials");
}
