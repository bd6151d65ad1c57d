//! The headers of every route, as a reviewed snapshot, with and without TLS in front.

use std::{collections::BTreeSet, fmt::Write};

use reqwest::Method;
use session_backend::{Credential, Route, routes};

use crate::support::{Browser, Raw, World, write_build};

/// Where the app is, as far as the deployment says.
const TLS_ORIGIN: &str = "https://app.example";
/// Paths of the app, besides those of the table.
const PAGES: [&str; 4] = ["/", "/notes/7", "/app-0123456789abcdef.js", "/missing.js"];
const POLICY: &str = "content-security-policy";
/// Part of the transport, not of the answer.
const OF_TRANSPORT: [&str; 4] = ["date", "content-length", "connection", "transfer-encoding"];

/// Returns the answer's headers in order, without what differs from answer to answer.
async fn headers(port: u16, request: Raw) -> (u16, BTreeSet<String>) {
    let head = request.send(port).await;
    let headers = head.headers.into_iter();
    let told = headers.filter(|(name, _)| !OF_TRANSPORT.contains(&name.as_str()));
    let told = told.map(|(name, value)| match name.as_str() {
        "set-cookie" => {
            let (pair, attributes) = value.split_once("; ").unwrap();
            let (name, _) = pair.split_once("rt-").unwrap();
            let attributes = attributes.split("Max-Age=").collect::<Vec<_>>();
            let attributes = match attributes[..] {
                [attributes, _] => format!("{attributes}Max-Age=SECONDS"),
                _ => attributes.concat(),
            };
            format!("set-cookie: {name}rt-FAMILY=TOKEN; {attributes}")
        }
        "etag" => "etag: TAG".to_owned(),
        "content-security-policy" => {
            let value = value.replace(&port.to_string(), "PORT");
            let Some((before, rest)) = value.split_once("'nonce-") else {
                return format!("{name}: {value}");
            };
            let (_, after) = rest.split_once('\'').unwrap();
            format!("{name}: {before}'nonce-NONCE'{after}")
        }
        _ => format!("{name}: {value}"),
    });
    (head.status, told.collect())
}

/// Returns the call as the app makes it, with all that it needs to succeed.
async fn request(browser: &mut Browser, route: &Route) -> Raw {
    let answer = browser.get("/api/sessions").await;
    let session = answer.json()[0]["id"].as_str().unwrap().to_owned();
    let note = browser.get("/api/notes").await.json()[0]["id"].clone();
    let id = if route.path.contains("notes") {
        note.as_str().unwrap()
    } else {
        &session
    };
    let request = Raw::new(route.method, &route.path.replace("{id}", id));
    let request = request.header("Origin", &browser.origin);
    let request = match route.credential {
        Credential::None => request,
        Credential::Cookie => request.header("Cookie", browser.cookie_header()),
        Credential::Bearer | Credential::Either => {
            let token = browser.token.clone().unwrap();
            request.header("Authorization", format!("Bearer {token}"))
        }
    };
    let request = match (route.method, route.path) {
        ("GET", "/ws") => return request.handshake(),
        ("GET", _) => return request,
        (_, "/api/reports") => return request.body("application/csp-report", "{}"),
        (_, "/api/auth/login") => {
            request.json(r#"{"email":"user@example.com","password":"password","rememberMe":true}"#)
        }
        _ => request.json(r#"{"title":"t","text":""}"#),
    };
    request.header("X-Requested-With", "leptos-session")
}

async fn snapshot(tls: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_build(folder.path());
    let world = World::start_with(|config| {
        config.dist = Some(folder.path().to_owned());
        config.origins.extend(tls.then(|| TLS_ORIGIN.to_owned()));
    })
    .await;
    let port = world.server.address().port();
    let mut answers = Vec::new();
    for route in routes() {
        let mut browser = world.user().await;
        let request = request(&mut browser, &route).await;
        let name = format!("{} {}", route.method, route.path);
        answers.push((name, headers(port, request).await));
    }
    for path in PAGES {
        let answer = headers(port, Raw::new("GET", path)).await;
        answers.push((format!("GET {path}"), answer));
    }
    let from_afar = Raw::new("OPTIONS", "/api/auth/refresh")
        .header("Origin", TLS_ORIGIN)
        .header("Access-Control-Request-Method", "POST");
    let name = format!("OPTIONS /api/auth/refresh from {TLS_ORIGIN}");
    answers.push((name, headers(port, from_afar).await));
    print(answers)
}

/// Writes what all answers have in common once, and each content security policy once.
fn print(mut answers: Vec<(String, (u16, BTreeSet<String>))>) -> String {
    let mut policies = Vec::new();
    for (_, (_, told)) in &mut answers {
        let policy = told.iter().find(|header| header.starts_with(POLICY));
        let policy = policy.expect("every answer has a policy").clone();
        told.remove(&policy);
        let known = policies.iter().position(|known| *known == policy);
        let number = known.unwrap_or_else(|| {
            policies.push(policy);
            policies.len() - 1
        });
        told.insert(format!("{POLICY}: number {}", number + 1));
    }
    let sets = answers.iter().map(|(_, (_, told))| told.clone());
    let common = sets.reduce(|common, told| &common & &told).unwrap();
    let mut text = String::new();
    for (number, policy) in policies.iter().enumerate() {
        writeln!(text, "number {}: {policy}", number + 1).unwrap();
    }
    text.push_str("every answer\n");
    for header in &common {
        writeln!(text, "    {header}").unwrap();
    }
    for (name, (status, told)) in &answers {
        writeln!(text, "{name}: {status}").unwrap();
        for header in told - &common {
            writeln!(text, "    {header}").unwrap();
        }
    }
    text
}

#[tokio::test]
async fn every_route_has_the_reviewed_headers() {
    for (name, tls) in [("headers", false), ("headers_behind_tls", true)] {
        let text = snapshot(tls).await;
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

/// Refusals are answers too: whatever is wrong, a browser learns no less about what it may do.
#[tokio::test]
async fn refusals_carry_the_security_headers_of_their_path() {
    let world = World::start().await;
    let mut browser = world.browser();
    for route in routes() {
        let method: Method = route.method.parse().unwrap();
        let path = route.path.replace("{id}", "7");
        let wrong = browser.bare(method, &path).header("Origin", "null");
        let answer = browser.send(wrong).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
}
