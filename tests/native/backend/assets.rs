//! The served app: its page with a nonce, its files with their caching, its paths.

use std::fs;

use reqwest::Method;

use crate::support::{Browser, PAGE, World, write_build};

async fn serving(base_path: &str) -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write_build(folder.path());
    let world = World::start_with(|config| {
        config.dist = Some(folder.path().to_owned());
        base_path.clone_into(&mut config.base_path);
    })
    .await;
    (world, folder)
}

/// Returns the nonce of an answer's policy.
async fn nonce(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'nonce-"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    let host = browser.origin.trim_start_matches("http://");
    assert!(
        policy.contains(&format!("connect-src 'self' ws://{host};")),
        "{policy}"
    );
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    let expected = PAGE.replace("{{__TRUNK_NONCE__}}", nonce);
    assert_eq!(answer.text, expected);
    nonce.to_owned()
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own() {
    let (world, _folder) = serving("/").await;
    let mut browser = world.browser();
    let first = nonce(&mut browser, "/").await;
    let second = nonce(&mut browser, "/notes/7").await;
    let third = nonce(&mut browser, "/index.html").await;
    assert!(first != second && second != third && first.len() >= 22);
}

#[tokio::test]
async fn files_carry_type_and_caching_and_a_missing_one_is_not_the_page() {
    let (world, _folder) = serving("/").await;
    let mut browser = world.browser();
    for (path, content_type, for_ever) in [
        (
            "/app-0123456789abcdef.js",
            "text/javascript; charset=utf-8",
            true,
        ),
        ("/app-0123456789abcdef_bg.wasm", "application/wasm", true),
        ("/favicon.svg", "image/svg+xml", false),
        ("/fonts/text.woff2", "font/woff2", false),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, content_type)
        );
        let cache_control = answer.header("cache-control");
        assert_eq!(
            cache_control.contains("immutable"),
            for_ever,
            "{path}: {cache_control}"
        );
    }
    for path in [
        "/app-ffffffffffffffff.js",
        "/../Cargo.toml",
        "/fonts/none.woff2",
        "/api/none",
    ] {
        browser.get(path).await.expect_problem(404, "not_found");
    }
    let answer = browser.send(browser.request(Method::POST, "/notes")).await;
    answer.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn files_are_sent_compressed_to_those_who_accept_it() {
    let (world, _folder) = serving("/").await;
    let mut browser = world.browser();
    for (path, accepted, encoding) in [
        ("/app-0123456789abcdef_bg.wasm", "gzip, br", "br"),
        ("/app-0123456789abcdef_bg.wasm", "identity", ""),
        ("/app-0123456789abcdef.js", "gzip, br", "gzip"),
        ("/favicon.svg", "gzip, br", ""),
    ] {
        let request = browser
            .bare(Method::GET, path)
            .header("Accept-Encoding", accepted);
        let response = request.send().await.unwrap();
        let found = response.headers().get("content-encoding");
        let found = found.map_or("", |value| value.to_str().unwrap());
        assert_eq!(found, encoding, "{path} to {accepted}");
        assert_eq!(response.headers()["vary"], "accept-encoding");
    }
    let tag = browser.get("/favicon.svg").await.header("etag").to_owned();
    let request = browser
        .bare(Method::GET, "/favicon.svg")
        .header("If-None-Match", tag);
    assert_eq!(browser.send(request).await.status, 304);
}

#[tokio::test]
async fn under_a_base_path_the_app_moves_and_the_api_stays() {
    let (world, _folder) = serving("/app/").await;
    let mut browser = world.browser();
    nonce(&mut browser, "/app/").await;
    nonce(&mut browser, "/app/notes").await;
    nonce(&mut browser, "/").await;
    nonce(&mut browser, "/app").await;
    assert_eq!(browser.get("/app/favicon.svg").await.status, 200);
    browser.get("/notes").await.expect_problem(404, "not_found");
    assert_eq!(browser.get("/api/session").await.status, 200);
}

#[tokio::test]
async fn a_newer_build_is_served_without_a_restart() {
    let (world, folder) = serving("/").await;
    let mut browser = world.browser();
    fs::write(folder.path().join("app-aaaaaaaaaaaaaaaa.js"), "1").unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    let page = fs::File::options()
        .write(true)
        .open(folder.path().join("index.html"))
        .unwrap();
    page.set_modified(later).unwrap();
    nonce(&mut browser, "/").await;
    assert_eq!(browser.get("/app-aaaaaaaaaaaaaaaa.js").await.status, 200);
}

#[tokio::test]
async fn without_a_build_the_start_page_says_how_to_make_one() {
    let world = World::start().await;
    let answer = world.browser().get("/").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("cargo xtask serve"));
    assert_eq!(
        answer.header("strict-transport-security"),
        "",
        "no https origin is listed"
    );
}
