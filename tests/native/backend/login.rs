//! Login: who gets in, what they get, and how guessing is slowed down.

use serde_json::json;
use session_protocol::http::TokenResponse;

use crate::support::World;

#[tokio::test]
async fn a_login_answers_tokens_and_the_state_of_the_session() {
    let world = World::start().await;
    let answer = world
        .browser()
        .try_log_in(" User@Example.com ", "password")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = TokenResponse::from_value(&answer.json()).unwrap();
    assert_eq!(body.expires_in.as_secs(), 300);
    let session = body.session.unwrap();
    assert_eq!(session.user.email, "user@example.com");
    assert_eq!(session.warning_lead.as_secs(), 120);
    assert!(session.extendable);
    let idle = session.idle_remaining.unwrap().as_secs();
    assert!((1790..=1800).contains(&idle), "{idle}");
}

#[tokio::test]
async fn the_cookie_ends_with_the_browser_unless_the_user_is_remembered() {
    let world = World::start().await;
    let plain = world
        .browser()
        .try_log_in("user@example.com", "password")
        .await;
    assert!(!plain.set_cookies()[0].contains("Max-Age"));
    let body = json!({ "email": "user@example.com", "password": "password", "rememberMe": true });
    let remembered = world.browser().post("/api/auth/login", body).await;
    let (_, max_age) = remembered.set_cookies()[0].split_once("Max-Age=").unwrap();
    let max_age: u64 = max_age.parse().unwrap();
    assert!(
        (90 * 86_400 - 10..=90 * 86_400).contains(&max_age),
        "{max_age}"
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_look_the_same() {
    let world = World::start().await;
    let wrong = world
        .browser()
        .try_log_in("user@example.com", "wrong")
        .await;
    let unknown = world
        .browser()
        .try_log_in("nobody@example.com", "wrong")
        .await;
    wrong.expect_problem(401, "invalid_credentials");
    unknown.expect_problem(401, "invalid_credentials");
    assert_eq!(wrong.text, unknown.text);
    assert!(wrong.set_cookies().is_empty());
}

#[tokio::test]
async fn after_ten_failures_an_account_waits_and_others_do_not() {
    let world = World::start().await;
    let mut browser = world.browser();
    for _ in 0..10 {
        let answer = browser.try_log_in("user@example.com", "wrong").await;
        answer.expect_problem(401, "invalid_credentials");
    }
    let answer = browser.try_log_in("user@example.com", "password").await;
    answer.expect_problem(429, "too_many_attempts");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    browser.log_in("second@example.com").await;
}

#[tokio::test]
async fn a_new_login_ends_the_previous_session_of_the_browser() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let old = browser.clone();
    browser.token = None;
    browser.log_in("user@example.com").await;
    assert_eq!(browser.cookies.len(), 1, "the old cookie is deleted");
    assert_ne!(browser.cookies, old.cookies);
    old.clone()
        .get("/api/me")
        .await
        .expect_problem(401, "replaced");
    old.clone().refresh().await.expect_problem(401, "replaced");
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn without_demo_there_is_no_account_and_no_switch() {
    let world = World::start_with(|config| config.demo = false).await;
    let mut browser = world.browser();
    let answer = browser.try_log_in("user@example.com", "password").await;
    answer.expect_problem(401, "invalid_credentials");
    browser
        .post("/demo/expire", json!({}))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_login_without_its_fields_is_told_which() {
    let world = World::start().await;
    let mut browser = world.browser();
    let answer = browser
        .post("/api/auth/login", json!({ "email": "a" }))
        .await;
    answer.expect_problem(422, "invalid_request");
    assert!(answer.text.contains("password"));
    browser
        .post("/api/auth/login", json!([]))
        .await
        .expect_problem(400, "malformed_body");
}
