//! Notes and uploads: the work that a session protects.

use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, World};

#[tokio::test]
async fn a_note_is_written_read_changed_and_deleted() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let seeded = browser
        .get("/api/notes")
        .await
        .json()
        .as_array()
        .unwrap()
        .len();
    assert!(seeded > 0, "demo notes are there");
    let draft = json!({ "title": " Plan ", "text": "line\nline" });
    let created = browser.post("/api/notes", draft).await;
    assert_eq!(created.status, 201);
    let note = created.json();
    assert_eq!(
        (&note["title"], &note["text"]),
        (&json!("Plan"), &json!("line\nline"))
    );
    assert!(note["updatedAt"].as_u64().unwrap() > 1_600_000_000);
    let path = format!("/api/notes/{}", note["id"].as_str().unwrap());
    assert_eq!(browser.get(&path).await.json(), note);
    let changed = browser
        .put(&path, json!({ "title": "Plan B", "text": "" }))
        .await;
    assert_eq!(
        (changed.status, &changed.json()["title"]),
        (200, &json!("Plan B"))
    );
    let all = browser.get("/api/notes").await.json();
    assert_eq!(all[0]["title"], "Plan B", "the newest comes first");
    assert_eq!(browser.delete(&path).await.status, 204);
    browser.get(&path).await.expect_problem(404, "not_found");
    browser.delete(&path).await.expect_problem(404, "not_found");
    let answer = browser
        .put(&path, json!({ "title": "x", "text": "" }))
        .await;
    answer.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_note_of_another_user_is_not_there() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let note = browser
        .post("/api/notes", json!({ "title": "mine" }))
        .await
        .json();
    let path = format!("/api/notes/{}", note["id"].as_str().unwrap());
    let mut other = world.browser();
    other.log_in("second@example.com").await;
    other.get(&path).await.expect_problem(404, "not_found");
    other.delete(&path).await.expect_problem(404, "not_found");
    let answer = other
        .put(&path, json!({ "title": "theirs", "text": "" }))
        .await;
    answer.expect_problem(404, "not_found");
    assert!(!other.get("/api/notes").await.text.contains("mine"));
    assert_eq!(browser.get(&path).await.json()["title"], "mine");
}

#[tokio::test]
async fn a_note_beyond_its_limits_is_refused_with_the_reason() {
    let world = World::start().await;
    let mut browser = world.user().await;
    for (draft, reason) in [
        (json!({ "title": "  " }), "1 to 200"),
        (json!({ "title": "x".repeat(201) }), "1 to 200"),
        (json!({ "title": "x", "text": "x".repeat(65_537) }), "65536"),
        (json!({ "text": "no title" }), "fields"),
    ] {
        let answer = browser.post("/api/notes", draft).await;
        answer.expect_problem(422, "invalid_request");
        assert!(answer.text.contains(reason), "{}", answer.text);
    }
    let longest = json!({ "title": "x".repeat(200), "text": "\n".repeat(65_536) });
    assert_eq!(browser.post("/api/notes", longest).await.status, 201);
}

#[tokio::test]
async fn data_needs_a_token_and_the_cookie_does_not_do() {
    let world = World::start().await;
    let mut browser = world.user().await;
    browser.token = None;
    for path in ["/api/me", "/api/notes", "/api/uploads", "/api/sessions"] {
        let answer = browser.get(path).await;
        answer.expect_problem(401, "invalid_token");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn an_upload_is_stored_and_one_that_is_too_long_is_refused() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let upload = |size: usize| {
        browser
            .request(Method::POST, "/api/uploads")
            .body(vec![7; size])
    };
    let (fits, too_long) = (upload(3_000_000), upload(10 * 1024 * 1024 + 1));
    let answer = browser.send(fits).await;
    assert_eq!(
        (answer.status, &answer.json()["size"]),
        (201, &json!(3_000_000))
    );
    let answer = browser.send(too_long).await;
    answer.expect_problem(413, "body_too_large");
    let list = browser.get("/api/uploads").await.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["size"], 3_000_000);
}

#[tokio::test]
async fn who_keeps_too_much_is_refused_and_deletes_something() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let long = json!({ "title": "long", "text": "x".repeat(65_536) });
    let mut last = browser.post("/api/notes", long.clone()).await;
    for _ in 0..63 {
        let next = browser.post("/api/notes", long.clone()).await;
        if next.status != 201 {
            break;
        }
        last = next;
    }
    let refused = browser.post("/api/notes", long.clone()).await;
    refused.expect_problem(409, "quota_exceeded");
    assert!(
        refused
            .text
            .contains("at most 1000 notes with 4194304 bytes")
    );
    let all = browser.get("/api/notes").await;
    assert!(all.status == 200 && all.text.len() < 5_000_000);
    let path = format!("/api/notes/{}", last.json()["id"].as_str().unwrap());
    assert_eq!(browser.delete(&path).await.status, 204);
    assert_eq!(browser.post("/api/notes", long).await.status, 201);

    let upload = |browser: &Browser| browser.request(Method::POST, "/api/uploads").body("bytes");
    for _ in 0..100 {
        let request = upload(&browser);
        last = browser.send(request).await;
        assert_eq!(last.status, 201);
    }
    let request = upload(&browser);
    let refused = browser.send(request).await;
    refused.expect_problem(409, "quota_exceeded");
    let path = format!("/api/uploads/{}", last.json()["id"].as_str().unwrap());
    let mut other = world.browser();
    other.log_in("second@example.com").await;
    other.delete(&path).await.expect_problem(404, "not_found");
    assert_eq!(browser.delete(&path).await.status, 204);
    browser.delete(&path).await.expect_problem(404, "not_found");
    let request = upload(&browser);
    assert_eq!(browser.send(request).await.status, 201);
}
