//! Security events: each is there, in fixed fields, and tells nobody's secret.

use std::{collections::BTreeSet, fs, net::IpAddr};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, JsonBody, Process, Socket, World};

const FIELDS: [&str; 9] = [
    "timestamp",
    "level",
    "target",
    "event",
    "session",
    "account",
    "address",
    "reason",
    "blocked",
];

/// Fails unless the record is one that operators can rely on.
#[track_caller]
fn expect_a_record(record: &Value) {
    let members = record.as_object().unwrap();
    for name in members.keys() {
        assert!(FIELDS.contains(&name.as_str()), "{name} in {record}");
    }
    let text = |name: &str| record[name].as_str();
    assert!(text("timestamp").unwrap().ends_with('Z'), "{record}");
    assert!(matches!(text("level"), Some("INFO" | "WARN")), "{record}");
    for name in ["session", "account"] {
        let is_hash = |text: &str| {
            text.len() == 16
                && text
                    .bytes()
                    .all(|digit| b"0123456789abcdef".contains(&digit))
        };
        assert!(text(name).is_none_or(is_hash), "{record}");
    }
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    assert!(text("address").is_none_or(is_address), "{record}");
}

async fn live_through_everything(process: &Process) -> Vec<String> {
    let mut browser = Browser::new(&process.origin);
    browser.try_log_in("user@example.com", "canary").await;
    let session = browser.log_in("user@example.com").await;
    let mut stolen = browser.clone();
    let stranger = browser
        .bare(Method::POST, "/api/auth/refresh")
        .header("Origin", "http://evil.example")
        .json_body(&json!({}));
    browser
        .send(stranger)
        .await
        .expect_problem(403, "foreign_origin");
    let mut other = Browser::new(&process.origin);
    let other_session = other.log_in("second@example.com").await;
    let mut socket = Socket::enter(&browser).await;
    socket
        .send(json!({ "type": "auth_refresh", "token": other.token }))
        .await;
    socket.closed().await;
    for _ in 0..2 {
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        let mut tab = browser.clone();
        assert_eq!(browser.refresh().await.status, 200);
        for _ in 0..6 {
            tab.post("/api/auth/refresh", json!({})).await;
        }
    }
    let password = json!({ "password": "password" });
    other.post("/api/auth/step-up", password).await;
    let change = json!({ "currentPassword": "password", "newPassword": "canary-new" });
    other.post("/api/account/password", change).await;
    stolen.refresh().await.expect_problem(401, "reuse_detected");
    for number in 0..11 {
        other
            .try_log_in("nobody@example.com\r\n{}", &number.to_string())
            .await;
    }
    let report = other
        .bare(Method::POST, "/api/reports")
        .header("Content-Type", "application/csp-report")
        .body(r#"{"csp-report":{"effective-directive":"img-src\r\n{","blocked-uri":"https://a.example/?token=canary"}}"#);
    assert_eq!(other.send(report).await.status, 204);
    other.post("/api/auth/logout", json!({})).await;
    vec![session, other_session]
}

#[tokio::test]
async fn every_event_is_recorded_in_fixed_fields_without_identifiers() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--demo", "--refresh-grace", "1s", "--allow-short-limits"];
    let process = Process::start(folder.path(), &flags).await;
    let sessions = live_through_everything(&process).await;
    let metrics = Browser::new(&process.origin).get("/metrics").await.text;
    process.kill();
    let logs = fs::read_to_string(folder.path().join("stderr")).unwrap();
    for private in sessions
        .iter()
        .map(String::as_str)
        .chain(["@example.com", "canary"])
    {
        assert!(!logs.contains(private), "{private}");
    }
    let records = logs
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let records: Vec<_> = records
        .filter(|record| record["target"] == "security")
        .collect();
    for record in &records {
        expect_a_record(record);
    }
    let name = |record: &Value| record["event"].as_str().unwrap().to_owned();
    let names: BTreeSet<_> = records.iter().map(name).collect();
    let expected = [
        "call_refused",
        "logged_in",
        "login_limited",
        "login_refused",
        "password_changed",
        "policy_violated",
        "predecessor_put_off",
        "predecessor_tolerated",
        "refresh_token_reused",
        "session_ended",
        "stepped_up",
        "token_of_another_session",
    ];
    assert!(names.iter().eq(&expected), "{names:?}");
    for name in expected {
        let count = records
            .iter()
            .filter(|record| record["event"] == name)
            .count();
        let line = format!("session_backend_security_events_total{{label=\"{name}\"}} {count}");
        assert!(metrics.lines().any(|found| found == line), "{line}");
    }
    let of = |event: &str, field: &str| -> Vec<_> {
        let found = records.iter().filter(|record| record["event"] == event);
        found.map(|record| record[field].clone()).collect()
    };
    assert_eq!(of("policy_violated", "blocked"), ["https://a.example"]);
    assert_eq!(of("call_refused", "reason"), ["foreign_origin"]);
    let ended = of("session_ended", "session");
    assert_eq!(
        of("refresh_token_reused", "session")[0],
        ended[0],
        "the same name"
    );
    assert_eq!(of("logged_in", "session"), ended);
    assert_eq!(
        of("login_refused", "account")[0],
        of("logged_in", "account")[0]
    );
}

#[tokio::test]
async fn reports_are_bounded_in_size_form_and_number() {
    let world = World::start().await;
    let mut browser = world.browser();
    let report = |content_type: &str, body: &str| {
        let request = world.browser().bare(Method::POST, "/api/reports");
        request
            .header("Content-Type", content_type)
            .body(body.to_owned())
    };
    let long = "[".to_owned() + &" ".repeat(16 * 1024) + "]";
    for (content_type, body, status, code) in [
        ("application/json", "{}", 415, "report_required"),
        ("text/plain", "{}", 415, "report_required"),
        ("application/csp-report", "{", 400, "malformed_body"),
        ("application/reports+json", &long, 413, "body_too_large"),
    ] {
        let answer = browser.send(report(content_type, body)).await;
        answer.expect_problem(status, code);
    }
    let violation = json!({ "type": "csp-violation", "body": {} });
    let body = Value::from(vec![violation; 100]).to_string();
    assert_eq!(
        browser
            .send(report("application/reports+json", &body))
            .await
            .status,
        204
    );
    let metrics = browser.get("/metrics").await.text;
    let line = "session_backend_security_events_total{label=\"policy_violated\"} 10";
    assert!(metrics.lines().any(|found| found == line), "{metrics}");
    let mut answer = browser.send(report("application/csp-report", "{}")).await;
    for _ in 0..60 {
        answer = browser.send(report("application/csp-report", "{}")).await;
    }
    answer.expect_problem(429, "too_many_reports");
}
