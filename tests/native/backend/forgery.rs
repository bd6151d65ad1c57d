//! Forged calls: what a foreign page can make a browser send changes nothing.

use reqwest::Method;
use serde_json::json;

use crate::support::{JsonBody, Socket, World};

const AUTH_CALLS: [&str; 5] = [
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/auth/ticket",
    "/api/session/extend",
];

#[tokio::test]
async fn an_auth_call_lacking_any_mark_of_the_app_changes_nothing() {
    let world = World::start().await;
    let mut browser = world.user().await;
    let origin = browser.origin.clone();
    for path in AUTH_CALLS {
        let bare = browser.bare(Method::POST, path);
        let marked = || {
            bare.try_clone()
                .unwrap()
                .header("X-Requested-With", "leptos-session")
        };
        let cases = [
            (marked().json_body(&json!({})), 403, "origin_required"),
            (
                bare.try_clone()
                    .unwrap()
                    .header("Origin", &origin)
                    .json_body(&json!({})),
                403,
                "header_required",
            ),
            (
                marked()
                    .header("Origin", "http://evil.example")
                    .json_body(&json!({})),
                403,
                "foreign_origin",
            ),
            (
                marked()
                    .header("Origin", &origin)
                    .header("Sec-Fetch-Site", "cross-site")
                    .json_body(&json!({})),
                403,
                "foreign_origin",
            ),
            (
                marked()
                    .header("Origin", &origin)
                    .header("Content-Type", "text/plain")
                    .body("{}"),
                415,
                "json_required",
            ),
            (
                browser.request(Method::GET, path),
                405,
                "method_not_allowed",
            ),
        ];
        for (request, status, code) in cases {
            let answer = browser.send(request).await;
            answer.expect_problem(status, code);
            assert!(answer.set_cookies().is_empty());
        }
    }
    let answer = browser.refresh().await;
    assert_eq!(answer.set_cookies().len(), 1, "nothing had rotated before");
}

#[tokio::test]
async fn only_the_very_origin_connects_a_socket() {
    let world = World::start_with(|config| {
        config.origins = vec!["https://app.example".to_owned()];
    })
    .await;
    let browser = world.user().await;
    let port = world.server.address().port();
    let refused = [
        "null".to_owned(),
        "http://evil.example".to_owned(),
        format!("http://localhost:{port}.evil.example"),
        format!("http://evil-localhost:{port}"),
        format!("https://localhost:{port}"),
        "http://localhost".to_owned(),
        format!("http://LOCALHOST:{port}/"),
        "http://app.example".to_owned(),
        "https://app.example:444".to_owned(),
        "https://app.example.evil".to_owned(),
    ];
    for origin in refused {
        let mut request = Socket::handshake(&browser, "");
        request
            .headers_mut()
            .insert("Origin", origin.parse().unwrap());
        assert_eq!(Socket::connect(request).await.err(), Some(403), "{origin}");
    }
    let mut request = Socket::handshake(&browser, "");
    request.headers_mut().remove("Origin");
    assert_eq!(Socket::connect(request).await.err(), Some(403));
    for origin in [browser.origin.as_str(), "https://app.example"] {
        let mut request = Socket::handshake(&browser, "");
        request
            .headers_mut()
            .insert("Origin", origin.parse().unwrap());
        assert!(Socket::connect(request).await.is_ok(), "{origin}");
    }
}

#[tokio::test]
async fn a_foreign_page_can_neither_write_data_nor_press_a_demo_switch() {
    let world = World::start().await;
    let mut browser = world.user().await;
    for path in ["/api/notes", "/api/sessions/end-others", "/demo/expire"] {
        let request = browser
            .bare(Method::POST, path)
            .header("Origin", "http://evil.example");
        let request = request.bearer_auth(browser.token.clone().unwrap());
        let answer = browser
            .send(request.json_body(&json!({ "title": "x" })))
            .await;
        answer.expect_problem(403, "foreign_origin");
    }
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn cross_origin_reads_are_answered_to_listed_origins_only() {
    let world = World::start_with(|config| {
        config.origins = vec!["https://app.example".to_owned()];
    })
    .await;
    let mut browser = world.browser();
    for (origin, allowed) in [
        ("https://app.example", "https://app.example"),
        ("https://app.example.evil", ""),
        ("null", ""),
    ] {
        let request = browser
            .bare(Method::GET, "/api/session")
            .header("Origin", origin);
        let answer = browser.send(request).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        assert!(
            answer
                .header("strict-transport-security")
                .contains("31536000")
        );
    }
}
