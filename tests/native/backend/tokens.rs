//! Access tokens: those that somebody else made, and keys that change under load.

use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use session_backend::StoreLocation;
use sha2::{Sha256, Sha384};

use crate::support::{Browser, Heard, Process, Socket, World, eventually};

/// The parts of a good token, and the key that signed it.
struct Mint {
    header: Value,
    claims: Value,
    key: Vec<u8>,
}

impl Mint {
    fn read(token: &str, key_file: &Path) -> Self {
        let part = |number| {
            let part = token.split('.').nth(number).unwrap();
            serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
        };
        let file: Value = serde_json::from_slice(&std::fs::read(key_file).unwrap()).unwrap();
        let key = file["keys"][0]["access"].as_str().unwrap();
        Self {
            header: part(0),
            claims: part(1),
            key: BASE64.decode(key).unwrap(),
        }
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        Self::signed_by(&self.key, header, claims)
    }

    fn signed_by(key: &[u8], header: &Value, claims: &Value) -> String {
        let text = Self::unsigned(header, claims);
        let code = if header["alg"] == "HS384" {
            let mut mac = Hmac::<Sha384>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        } else {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        format!("{text}.{}", BASE64.encode(code))
    }

    fn unsigned(header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
        format!("{header}.{claims}")
    }

    /// Signs with the right key what has one member of the header changed.
    fn with_header(&self, name: &str, value: Value) -> String {
        self.signed(&changed(&self.header, name, value), &self.claims)
    }

    /// Signs with the right key what has one claim changed.
    fn with_claim(&self, name: &str, value: Value) -> String {
        self.signed(&self.header, &changed(&self.claims, name, value))
    }

    fn moved(&self, name: &str, by: i64) -> String {
        let value = self.claims[name].as_i64().unwrap() + by;
        self.with_claim(name, value.into())
    }

    /// Returns forged tokens, each with the reason for which it has to be refused.
    fn forged(&self, good: &str) -> Vec<(String, &'static str)> {
        let (header, claims) = (&self.header, &self.claims);
        let none = changed(header, "alg", "none".into());
        let rsa = changed(header, "alg", "RS256".into());
        let parts: Vec<_> = good.split('.').collect();
        let cut = &good[..good.len() - 3];
        let grown = BASE64.encode(changed(claims, "exp", 9_999_999_999_i64.into()).to_string());
        vec![
            (format!("{}.", Self::unsigned(&none, claims)), "header"),
            (
                format!("{}.{}", Self::unsigned(&none, claims), parts[2]),
                "header",
            ),
            (self.with_header("alg", "HS384".into()), "algorithm"),
            (self.signed(&rsa, claims), "algorithm"),
            (self.with_header("typ", "JWT".into()), "type"),
            (self.with_header("typ", Value::Null), "type"),
            (self.with_header("kid", Value::Null), "key"),
            (self.with_header("kid", "../../dev/null".into()), "key"),
            (Self::signed_by(b"another key", header, claims), "signature"),
            (Self::signed_by(b"", header, claims), "signature"),
            (
                self.with_header("jku", "https://evil.example/keys".into()),
                "header",
            ),
            (
                self.with_header("jwk", json!({ "kty": "oct", "k": "AAAA" })),
                "header",
            ),
            (
                self.with_header("x5u", "https://evil.example/x5u".into()),
                "header",
            ),
            (self.with_header("x5c", json!(["AAAA"])), "header"),
            (self.with_header("crit", json!(["exp"])), "header"),
            (self.with_claim("iss", "evil".into()), "issuer"),
            (self.with_claim("aud", "another-app".into()), "audience"),
            (
                self.with_claim("aud", json!(["leptos-session", "another-app"])),
                "claims",
            ),
            (self.with_claim("sid", Value::Null), "claims"),
            (self.with_claim("sub", Value::Null), "claims"),
            (self.with_claim("exp", Value::Null), "claims"),
            (self.with_claim("nbf", Value::Null), "claims"),
            (self.moved("exp", -100_000), "expired"),
            (self.moved("nbf", 100_000), "not_yet_valid"),
            (format!("{}.{grown}.{}", parts[0], parts[2]), "signature"),
            (cut.to_owned(), "signature"),
            (parts[..2].join("."), "header"),
            (format!("{good}.{}", parts[2]), "header"),
        ]
    }
}

/// Returns a copy with one member changed, or without it if the value is null.
fn changed(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    object
}

async fn refused(browser: &mut Browser, reason: &str) -> u64 {
    let metrics = browser.get("/metrics").await.text;
    let name = format!("session_backend_access_tokens_refused_total{{label=\"{reason}\"}} ");
    let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
    line.map_or(0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn each_forged_token_is_refused_for_its_own_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let world = World::start_with(|config| config.store = StoreLocation::File(path)).await;
    let mut browser = world.user().await;
    let good = browser.token.clone().unwrap();
    let mint = Mint::read(&good, &folder.path().join("store.sqlite-key"));
    browser.token = Some(mint.signed(&mint.header, &mint.claims));
    assert_eq!(browser.get("/api/me").await.status, 200, "the mint is good");
    let forged = mint.forged(&good);
    assert!(forged.len() >= 25);
    for (token, reason) in forged {
        let before = refused(&mut browser, reason).await;
        browser.token = Some(token.clone());
        let answer = browser.get("/api/me").await;
        answer.expect_problem(401, "invalid_token");
        let mut socket = Socket::open(&browser).await;
        socket.send(json!({ "type": "auth", "token": token })).await;
        assert_eq!(socket.expect("error").await["code"], "invalid_token");
        assert!(matches!(socket.next().await, Heard::Close(4408, _)));
        let after = refused(&mut browser, reason).await;
        assert_eq!(after, before + 2, "{reason}: {token}");
    }
    browser.token = Some(good);
    assert_eq!(browser.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn a_right_token_of_a_session_that_is_not_there_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let world = World::start_with(|config| config.store = StoreLocation::File(path)).await;
    let mut browser = world.user().await;
    let good = browser.token.clone().unwrap();
    let mint = Mint::read(&good, &folder.path().join("store.sqlite-key"));
    browser.token = Some(mint.with_claim("sid", "0123456789abcdef".into()));
    browser
        .get("/api/me")
        .await
        .expect_problem(401, "no_session");
}

fn rotate(folder: &Path, flags: &[&str]) {
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_session-backend"))
        .current_dir(folder)
        .args(["keys", "rotate"])
        .args(flags)
        .status();
    assert!(status.unwrap().success());
}

fn key_of(token: &str) -> String {
    let header = BASE64.decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn keys_change_under_load_without_a_failed_call() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo"]).await;
    let mut browser = Browser::new(&process.origin);
    browser.log_in("user@example.com").await;
    let (first, mut asleep) = (key_of(browser.token.as_ref().unwrap()), browser.clone());
    rotate(folder.path(), &["--after", "3s"]);
    let mut calls = 0;
    eventually("the new key signs", || {
        calls += 1;
        let (mut busy, first) = (Browser::new(&process.origin), first.clone());
        async move {
            busy.log_in("second@example.com").await;
            assert_eq!(busy.get("/api/me").await.status, 200);
            assert_eq!(busy.refresh().await.status, 200);
            assert_eq!(busy.get("/api/session").await.json()["active"], true);
            key_of(busy.token.as_ref().unwrap()) != first
        }
    })
    .await;
    assert!(calls > 2, "the load was there before the key changed");
    assert_eq!(asleep.get("/api/me").await.status, 200, "an older token");
    let answer = asleep.refresh().await;
    assert_eq!(answer.status, 200, "an older refresh token");
    assert_ne!(key_of(asleep.token.as_ref().unwrap()), first);
    asleep.token = None;
    assert_eq!(asleep.refresh().await.status, 200);
    assert_eq!(asleep.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn discarded_keys_end_every_session_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo"]).await;
    let mut browser = Browser::new(&process.origin);
    browser.log_in("user@example.com").await;
    let mut socket = Socket::enter(&browser).await;
    rotate(folder.path(), &["--discard"]);
    socket.expect_end("REVOKED").await;
    eventually("the token is refused", || async {
        let request = browser.request(reqwest::Method::GET, "/api/me");
        request.send().await.unwrap().status() == 401
    })
    .await;
    browser.refresh().await.expect_problem(401, "no_session");
    browser.token = None;
    browser.log_in("user@example.com").await;
}
