//! Logout: afterwards no credential of the session is worth anything.

use serde_json::json;

use crate::support::{Heard, Socket, World};

#[tokio::test]
async fn after_logout_every_credential_is_refused() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let ticket = browser.post("/api/auth/ticket", json!({})).await.json();
    let mut socket = Socket::enter(&browser).await;
    let mut stolen = browser.clone();
    assert_eq!(
        browser.post("/api/auth/logout", json!({})).await.status,
        204
    );
    assert!(browser.cookies.is_empty());
    socket.expect_end("LOGGED_OUT").await;
    stolen
        .get("/api/me")
        .await
        .expect_problem(401, "logged_out");
    stolen.refresh().await.expect_problem(401, "logged_out");
    let query = format!("?ticket={}", ticket["ticket"].as_str().unwrap());
    for query in [query.as_str(), "?auth=cookie"] {
        let request = Socket::handshake(&stolen, query);
        let (mut socket, _) = Socket::connect(request).await.unwrap();
        assert!(
            matches!(socket.closed().await, Heard::Close(1008, _)),
            "{query}"
        );
    }
    let mut socket = Socket::open(&stolen).await;
    socket
        .send(json!({ "type": "auth", "token": stolen.token }))
        .await;
    socket.expect_end("LOGGED_OUT").await;
}

#[tokio::test]
async fn logout_answers_the_same_without_a_session() {
    let world = World::start().await;
    assert_eq!(
        world
            .browser()
            .post("/api/auth/logout", json!({}))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn after_logout_the_session_answers_why_it_is_over() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let mut other_tab = browser.clone();
    browser.post("/api/auth/logout", json!({})).await;
    let answer = other_tab.get("/api/session").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({ "active": false, "reason": "LOGGED_OUT" })
    );
}

#[tokio::test]
async fn a_logout_that_names_an_earlier_session_ends_no_later_one() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let session = browser.get("/api/session").await.json()["id"].clone();

    let late = json!({ "session": "the-session-before" });
    assert_eq!(browser.post("/api/auth/logout", late).await.status, 204);
    assert_eq!(browser.get("/api/session").await.json()["active"], true);

    let named = json!({ "session": session });
    assert_eq!(browser.post("/api/auth/logout", named).await.status, 204);
    assert_eq!(browser.get("/api/session").await.json()["active"], false);
}
