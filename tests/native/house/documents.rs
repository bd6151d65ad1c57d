//! The documents say what the code does.

use session_core::policy::{CLOSE_TABLE, CloseAction, rows};
use session_protocol::SessionConfig;

use crate::files::{expect_none, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md can be read")
}

/// Returns the row of README's close-code table for a row of the policy.
fn close_row(first: u16, last: u16, class: &str, action: CloseAction) -> String {
    let codes = match (first, last) {
        (0, u16::MAX) => "any other".to_owned(),
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}–{last}"),
    };
    let action = match action {
        CloseAction::End(reason) => format!("the session ends: `{}`", reason.code()),
        CloseAction::Verify => "asks `GET /api/session` once, then decides".to_owned(),
        CloseAction::Refresh => "refreshes the access token, then reconnects".to_owned(),
        CloseAction::Reconnect => {
            "reconnects with backoff or inside the announced window".to_owned()
        }
        CloseAction::ReconnectThrice => "reconnects three times at most".to_owned(),
        CloseAction::Stop => "does not reconnect; the session stays".to_owned(),
    };
    format!("| {codes} | {class} | {action} |")
}

#[test]
fn readme_has_the_close_code_table() {
    let readme = readme();
    let rows = CLOSE_TABLE
        .iter()
        .map(|row| close_row(row.first, row.last, row.class, row.action));
    let faults: Vec<_> = rows.filter(|row| !readme.contains(row)).collect();
    expect_none(
        "README.md lacks these rows of the close-code table:",
        &faults,
    );
}

#[test]
fn architecture_has_the_table_of_times_and_limits() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it can be read");
    let rows = rows()
        .into_iter()
        .map(|(name, value)| format!("| {name} | {value} |"));
    let faults: Vec<_> = rows.filter(|row| !text.contains(row)).collect();
    expect_none(
        "ARCHITECTURE.md lacks these rows of the table of times and limits (see tests/native/core/snapshots/policies.snap):",
        &faults,
    );
}

#[test]
fn readme_shows_a_configuration_that_is_accepted_and_complete() {
    let readme = readme();
    let (_, from) = readme
        .split_once("```json\n")
        .expect("README.md shows a configuration");
    let (example, _) = from.split_once("```").expect("the configuration ends");
    let config = SessionConfig::parse(example).expect("the shown configuration is accepted");
    let shown = SessionConfig {
        base_path: None,
        ..config
    };
    let expected = SessionConfig::default();
    assert_eq!(shown.endpoints, expected.endpoints);
    assert_eq!(shown.request, expected.request);
    assert_eq!(shown.socket.url, expected.socket.url);
    assert_eq!(shown.request_timeout, expected.request_timeout);
}

#[test]
fn readme_tells_the_budget_of_the_first_load() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("it can be read");
    let (_, from) = manifest
        .split_once("first-load-brotli = ")
        .expect("Cargo.toml has a budget");
    let line = from.lines().next().unwrap_or_default();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    let bytes: u64 = digits.parse().expect("the budget is a number");
    let told = format!("fails above {}.{} KB", bytes / 1000, bytes % 1000 / 100);
    assert!(readme().contains(&told), "README.md does not say `{told}`");
}
