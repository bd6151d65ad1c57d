//! Accounts and their sessions, in bulk: the longest list of sessions, disabled accounts, and what
//! an administrator does beside a running server.

use std::{
    io::{Read, Write},
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Browser, Process, Socket, World};

const USER: &str = "user@example.com";
const SECOND: &str = "second@example.com";

/// Runs `session-backend user ...` in a folder.
fn user(folder: &Path, arguments: &[&str]) -> Output {
    user_with_input(folder, arguments, "")
}

fn user_with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_session-backend"))
        .current_dir(folder)
        .arg("user")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Runs `session-backend user ...` at a terminal, and types an answer to what it asks; returns what
/// the terminal showed.
fn user_at_terminal(folder: &Path, arguments: &str, answer: &str) -> String {
    let program = env!("CARGO_BIN_EXE_session-backend");
    let line = format!("'{program}' user {arguments}; stty -a");
    let mut child = Command::new("script")
        .current_dir(folder)
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script is missing; Debian package: bsdutils");
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    let mut buffer = [0; 1_024];
    loop {
        let count = output.read(&mut buffer).unwrap();
        shown.extend(&buffer[..count]);
        if count == 0 || shown.ends_with(b"): ") {
            break;
        }
    }
    input.write_all(answer.as_bytes()).unwrap();
    input.flush().unwrap();
    output.read_to_end(&mut shown).unwrap();
    child.wait().unwrap();
    String::from_utf8_lossy(&shown).into_owned()
}

#[track_caller]
fn expect_done(output: &Output, text: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && output.stdout.is_empty(),
        "{said}"
    );
    assert!(said.contains(text), "{said}");
}

#[track_caller]
fn expect_refused(output: &Output, text: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{said}"
    );
    assert!(said.contains(text) && !said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn one_login_too_many_ends_the_oldest_session() {
    let world = World::start_with(|config| config.policy.sessions_per_user = 3).await;
    let mut devices = Vec::new();
    for _ in 0..3 {
        devices.push(world.user().await);
    }
    let mut second = world.browser();
    second.log_in(SECOND).await;
    let mut oldest = Socket::enter(&devices[0]).await;
    for device in &mut devices {
        assert_eq!(device.get("/api/me").await.status, 200);
    }
    let mut newest = world.user().await;
    oldest.expect_end("REPLACED").await;
    devices[0].refresh().await.expect_problem(401, "replaced");
    for device in devices[1..].iter_mut().chain([&mut newest, &mut second]) {
        assert_eq!(device.get("/api/me").await.status, 200);
    }
}

#[tokio::test]
async fn logins_at_once_leave_no_more_sessions_than_one_after_the_other() {
    let world = World::start_with(|config| config.policy.sessions_per_user = 2).await;
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let mut browser = world.browser();
        logins.spawn(async move {
            assert_eq!(browser.try_log_in(USER, "password").await.status, 200);
        });
    }
    logins.join_all().await;
    let mut newest = world.user().await;
    let rows = newest.get("/api/sessions").await.json();
    assert_eq!(rows.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_disabled_account_is_out_within_a_second_and_not_told_from_an_unknown_one() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo"]).await;
    let mut devices = Vec::new();
    for _ in 0..5 {
        let mut device = Browser::new(&process.origin);
        device.log_in(USER).await;
        devices.push(device);
    }
    let mut other = Browser::new(&process.origin);
    other.log_in(SECOND).await;

    let done = user(folder.path(), &["disable", "User@Example.com"]);
    expect_done(&done, "disabled user@example.com; 5 sessions ended");
    let start = Instant::now();
    for device in &mut devices {
        let answer = device.get("/api/me").await;
        answer.expect_problem(401, "account_disabled");
        let answer = device.clone().refresh().await;
        answer.expect_problem(401, "account_disabled");
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(other.get("/api/me").await.status, 200);

    let mut browser = Browser::new(&process.origin);
    let disabled = browser.try_log_in(USER, "password").await;
    disabled.expect_problem(401, "invalid_credentials");
    let unknown = browser.try_log_in("nobody@example.com", "password").await;
    assert_eq!(disabled.text, unknown.text);

    expect_done(
        &user(folder.path(), &["enable", USER]),
        "enabled user@example.com",
    );
    devices[0]
        .refresh()
        .await
        .expect_problem(401, "account_disabled");
    browser.log_in(USER).await;
}

#[tokio::test]
async fn an_administrator_ends_the_sessions_of_one_user_or_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo", "--sessions-per-user", "100"]).await;
    let mut browsers = Vec::new();
    for email in [USER, USER, SECOND] {
        let mut browser = Browser::new(&process.origin);
        browser.log_in(email).await;
        browsers.push(browser);
    }
    let done = user(folder.path(), &["end-sessions", USER]);
    expect_done(&done, "2 sessions ended");
    for browser in &mut browsers[..2] {
        browser
            .refresh()
            .await
            .expect_problem(401, "session_revoked");
    }
    assert_eq!(browsers[2].get("/api/me").await.status, 200);
    browsers[0].log_in(USER).await;
    let done = user(folder.path(), &["end-sessions", "--all"]);
    expect_done(&done, "2 sessions ended");
    for browser in &mut [0, 2].map(|index| browsers[index].clone()) {
        browser
            .refresh()
            .await
            .expect_problem(401, "session_revoked");
    }
    expect_done(
        &user(folder.path(), &["end-sessions", "--all"]),
        "0 sessions ended",
    );
}

#[tokio::test]
async fn a_hundred_sessions_end_within_two_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo", "--sessions-per-user", "1000"]).await;
    let mut browser = Browser::new(&process.origin);
    let first = browser.log_in(USER).await;
    let store = rusqlite::Connection::open(folder.path().join("session-backend.sqlite")).unwrap();
    let copy = "CREATE TEMP TABLE copy AS SELECT * FROM sessions WHERE id = ?1";
    assert_eq!(store.execute(copy, [&first]).unwrap(), 0);
    for number in 1..100 {
        let renamed = "UPDATE copy SET id = ?1, family = ?1";
        store.execute(renamed, [format!("copy-{number}")]).unwrap();
        store
            .execute("INSERT INTO sessions SELECT * FROM copy", [])
            .unwrap();
    }
    let start = Instant::now();
    let done = user(folder.path(), &["end-sessions", USER]);
    expect_done(&done, "100 sessions ended");
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    browser
        .get("/api/me")
        .await
        .expect_problem(401, "session_revoked");
}

#[tokio::test]
async fn a_bad_command_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for command in ["disable", "enable", "end-sessions"] {
        let output = user(folder, &[command, "nobody@example.com"]);
        expect_refused(&output, "there is no account for nobody@example.com");
    }
    expect_refused(&user(folder, &["end-sessions"]), "--all");
    expect_refused(&user(folder, &["end-sessions", USER, "--all"]), "--all");
    let added = user_with_input(folder, &["add", USER], "long enough\n");
    expect_done(&added, "added");
    let done = user(folder, &["disable", USER]);
    expect_done(&done, "0 sessions ended");
}

#[test]
fn a_password_that_is_typed_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for (password, said) in [
        ("a long password\n", "added new@example.com"),
        ("short\n", "at least 8 characters"),
    ] {
        let shown = user_at_terminal(folder.path(), "add new@example.com", password);
        assert!(shown.contains(said), "{shown}");
        assert!(!shown.contains(password.trim_end()), "{shown}");
        let shows_again = shown.split_whitespace().any(|mode| mode == "echo");
        assert!(shows_again, "{shown}");
    }
}
