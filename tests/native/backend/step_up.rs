//! What demands the password once more, and the password's change.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Browser, Socket, World};

const ACCOUNT: &str = "user@example.com";

/// A server in which every password was entered too long ago at once.
async fn forgetful() -> World {
    World::start_with(|config| config.policy.step_up_within = Duration::from_millis(1)).await
}

fn change(current: &str, new: &str, end_others: bool) -> Value {
    json!({ "currentPassword": current, "newPassword": new, "endOthers": end_others })
}

async fn sessions(browser: &mut Browser) -> usize {
    let rows = browser.get("/api/sessions").await.json();
    rows.as_array().unwrap().len()
}

#[tokio::test]
async fn ending_sessions_demands_a_password_entered_a_short_time_ago() {
    let world = World::start_with(|config| {
        config.policy.step_up_within = Duration::from_secs(2);
    })
    .await;
    let mut there = world.browser();
    let id = there.log_in(ACCOUNT).await;
    let mut here = world.user().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let one = format!("/api/sessions/{id}");
    // A refresh proves nothing, and neither does activity.
    assert_eq!(here.refresh().await.status, 200);
    let extended = here.post("/api/session/extend", json!({})).await;
    assert_eq!(extended.status, 200);
    let answer = here.delete(&one).await;
    answer.expect_problem(403, "step_up_required");
    let answer = here.post("/api/sessions/end-others", json!({})).await;
    answer.expect_problem(403, "step_up_required");
    assert_eq!(sessions(&mut here).await, 2, "nothing has ended");

    let wrong = json!({ "password": "wrong" });
    let answer = here.post("/api/auth/step-up", wrong).await;
    answer.expect_problem(403, "invalid_credentials");
    let answer = here.delete(&one).await;
    answer.expect_problem(403, "step_up_required");

    let right = json!({ "password": "password" });
    assert_eq!(here.post("/api/auth/step-up", right).await.status, 204);
    assert_eq!(here.delete(&one).await.status, 204);
    let answer = there.get("/api/me").await;
    answer.expect_problem(401, "session_revoked");
}

#[tokio::test]
async fn without_step_up_nothing_tells_whose_a_session_is() {
    let world = forgetful().await;
    let mut here = world.user().await;
    let mut other = world.browser();
    let others = other.log_in("second@example.com").await;
    for id in [others.as_str(), "unknown"] {
        let answer = here.delete(&format!("/api/sessions/{id}")).await;
        answer.expect_problem(403, "step_up_required");
    }
    assert_eq!(other.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn guesses_of_the_password_count_like_those_of_a_login() {
    let world = World::start().await;
    let mut thief = world.user().await;
    for _ in 0..5 {
        let answer = thief
            .post("/api/auth/step-up", json!({ "password": "?" }))
            .await;
        answer.expect_problem(403, "invalid_credentials");
        let answer = thief
            .post("/api/account/password", change("?", "long enough", true))
            .await;
        answer.expect_problem(403, "invalid_credentials");
    }
    let right = json!({ "password": "password" });
    let answer = thief.post("/api/auth/step-up", right).await;
    answer.expect_problem(429, "too_many_attempts");
    assert!(!answer.header("retry-after").is_empty());
    let answer = thief.try_log_in(ACCOUNT, "password").await;
    answer.expect_problem(429, "too_many_attempts");
}

#[tokio::test]
async fn neither_call_is_made_by_a_cookie_a_foreign_page_or_a_bad_body() {
    let world = World::start().await;
    let browser = world.user().await;
    let paths = ["/api/auth/step-up", "/api/account/password"];
    for path in paths {
        let body = json!({ "password": "password" });
        let mut cookie_only = browser.clone();
        cookie_only.token = None;
        let answer = cookie_only.post(path, body.clone()).await;
        answer.expect_problem(401, "invalid_token");
        let mut foreign = browser.clone();
        let foreign_call = foreign
            .posting(path, &body)
            .header("Sec-Fetch-Site", "cross-site");
        let answer = foreign.send(foreign_call).await;
        answer.expect_problem(403, "foreign_origin");
        let answer = browser.clone().post(path, json!({ "pass": 1 })).await;
        answer.expect_problem(422, "invalid_request");
    }
    let mut browser = browser;
    let answer = browser
        .post(
            "/api/account/password",
            change("password", "1234567", false),
        )
        .await;
    answer.expect_problem(422, "invalid_request");
    assert!(answer.text.contains("at least 8 characters"), "{answer:?}");
    browser.log_in(ACCOUNT).await;
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one_and_spares_or_ends_the_other_sessions() {
    for end_others in [false, true] {
        let world = World::start().await;
        let mut here = world.user().await;
        let mut there = world.user().await;
        let mut socket = Socket::enter(&there).await;
        let answer = here
            .post(
                "/api/account/password",
                change("password", "correct horse", end_others),
            )
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        if end_others {
            socket.expect_end("REVOKED").await;
            there.refresh().await.expect_problem(401, "session_revoked");
        } else {
            assert_eq!(there.get("/api/me").await.status, 200);
        }
        assert_eq!(here.get("/api/me").await.status, 200);
        let answer = world.browser().try_log_in(ACCOUNT, "password").await;
        answer.expect_problem(401, "invalid_credentials");
        let answer = world.browser().try_log_in(ACCOUNT, "correct horse").await;
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test]
async fn the_change_of_a_password_proves_who_is_there() {
    let world = World::start_with(|config| {
        config.policy.step_up_within = Duration::from_secs(3);
    })
    .await;
    let mut here = world.user().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let end_others = json!({});
    let answer = here
        .post("/api/sessions/end-others", end_others.clone())
        .await;
    answer.expect_problem(403, "step_up_required");
    let changed = change("password", "correct horse", false);
    let answer = here.post("/api/account/password", changed).await;
    assert_eq!(answer.status, 204);
    let answer = here.post("/api/sessions/end-others", end_others).await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn of_two_who_change_a_password_at_once_the_other_is_told() {
    let world = World::start().await;
    let owner = world.user().await;
    let mut calls = tokio::task::JoinSet::new();
    for new in ["the first one", "the second one"] {
        let mut tab = owner.clone();
        calls.spawn(async move {
            let body = change("password", new, false);
            (new, tab.post("/api/account/password", body).await)
        });
    }
    let answers = calls.join_all().await;
    let (changed, told): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(_, answer)| answer.status == 204);
    let ([(new, _)], [(lost, answer)]) = (&changed[..], &told[..]) else {
        panic!("{changed:?} {told:?}");
    };
    answer.expect_problem(403, "invalid_credentials");
    let mut browser = world.browser();
    let answer = browser.try_log_in(ACCOUNT, lost).await;
    answer.expect_problem(401, "invalid_credentials");
    assert_eq!(browser.try_log_in(ACCOUNT, new).await.status, 200);
}

#[tokio::test]
async fn a_login_by_the_old_password_that_was_under_way_does_not_outlive_its_change() {
    let world = World::start_with(|config| config.policy.sessions_per_user = 1_000).await;
    let mut here = world.user().await;
    let own = here.get("/api/session").await.json()["id"].clone();
    let changing = here.posting(
        "/api/account/password",
        &change("password", "correct horse", true),
    );
    let mut changing = tokio::spawn(Browser::ask(changing));
    let mut logins = tokio::task::JoinSet::new();
    let changed = loop {
        let mut browser = world.browser();
        logins.spawn(async move { browser.try_log_in(ACCOUNT, "password").await.status });
        let pause = Duration::from_millis(20);
        if let Ok(changed) = tokio::time::timeout(pause, &mut changing).await {
            break changed.unwrap();
        }
    };
    assert_eq!(changed.status, 204);
    let statuses = logins.join_all().await;
    assert!(
        statuses
            .iter()
            .all(|status| matches!(status, 200 | 401 | 429 | 503))
    );
    let rows = here.get("/api/sessions").await.json();
    let ids: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["id"])
        .collect();
    assert_eq!(ids, [&own]);
}
