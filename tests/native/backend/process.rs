//! The real program: it survives `kill -9`, announces a stop, keeps its logs clean.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::json;

use crate::support::{Browser, Heard, Process, Socket};

#[tokio::test]
async fn sessions_and_notes_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo"]).await;
    let mut browser = Browser::new(&process.origin);
    browser.log_in("user@example.com").await;
    assert_eq!(browser.refresh().await.status, 200);
    let note = browser
        .post("/api/notes", json!({ "title": "durable" }))
        .await
        .json();
    let mut gone = Browser::new(&process.origin);
    gone.log_in("second@example.com").await;
    let mut stolen = gone.clone();
    gone.post("/api/auth/logout", json!({})).await;
    process.kill();

    let process = Process::start(folder.path(), &["--demo"]).await;
    browser.origin.clone_from(&process.origin);
    stolen.origin.clone_from(&process.origin);
    let path = format!("/api/notes/{}", note["id"].as_str().unwrap());
    assert_eq!(
        browser.get(&path).await.json(),
        note,
        "the old access token still works"
    );
    assert_eq!(browser.refresh().await.status, 200);
    stolen
        .get("/api/me")
        .await
        .expect_problem(401, "logged_out");
    stolen.refresh().await.expect_problem(401, "logged_out");
}

#[tokio::test]
async fn a_stop_is_announced_to_every_socket() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["--demo"]).await;
    let mut browser = Browser::new(&process.origin);
    browser.log_in("user@example.com").await;
    let mut sockets = [Socket::enter(&browser).await, Socket::open(&browser).await];
    process.terminate();
    for socket in &mut sockets {
        let message = socket.expect("GOING_AWAY").await;
        assert!(message["reconnectWithinSeconds"].as_u64().unwrap() >= 1);
        assert!(matches!(socket.next().await, Heard::Close(1012, _)));
    }
    for _ in 0..1_000 {
        if process.has_ended() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the program did not end");
}

#[tokio::test]
async fn logs_and_store_hold_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["--demo"]).await;
    let mut browser = Browser::new(&process.origin);
    let mut secrets = vec!["canary-password".to_owned()];
    browser
        .try_log_in("user@example.com\r\nforged", "canary-password")
        .await;
    browser.log_in("user@example.com").await;
    secrets.extend(browser.cookies.values().cloned());
    secrets.extend(browser.token.clone());
    browser.refresh().await;
    secrets.extend(browser.cookies.values().cloned());
    secrets.extend(browser.token.clone());
    let ticket = browser.post("/api/auth/ticket", json!({})).await.json();
    let ticket = ticket["ticket"].as_str().unwrap().to_owned();
    let request = Socket::handshake(&browser, &format!("?ticket={ticket}"));
    let (mut by_ticket, _) = Socket::connect(request).await.unwrap();
    by_ticket.expect("auth_ok").await;
    secrets.push(ticket);
    let mut socket = Socket::enter(&browser).await;
    socket
        .send(json!({ "type": "auth_refresh", "token": "canary-token" }))
        .await;
    socket.expect("error").await;
    secrets.push("canary-token".to_owned());
    browser.post("/api/auth/logout", json!({})).await;
    socket.expect_end("LOGGED_OUT").await;
    process.kill();

    let mut searched = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        searched += bytes.len();
        for secret in &secrets {
            assert!(!text.contains(secret), "{} holds {secret}", path.display());
            let code = secret.rsplit('.').next().unwrap();
            assert!(!text.contains(code), "{} holds {code}", path.display());
        }
    }
    assert!(searched > 10_000);
    let logs = fs::read_to_string(folder.path().join("stderr")).unwrap();
    assert!(logs.lines().count() > 3);
    for line in logs.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            record["timestamp"].as_str().unwrap().ends_with('Z'),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_user_that_was_added_can_log_in() {
    let folder = tempfile::tempdir().unwrap();
    let add = |password: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_session-backend"))
            .current_dir(folder.path())
            .args(["user", "add", "First@Example.com"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{password}").unwrap();
        drop(input);
        child.wait_with_output().unwrap()
    };
    let short = add("short");
    assert!(!short.status.success() && short.stdout.is_empty());
    assert!(add("long enough").status.success());
    let again = add("long enough");
    assert!(String::from_utf8_lossy(&again.stderr).contains("already"));
    let process = Process::start(folder.path(), &[]).await;
    let mut browser = Browser::new(&process.origin);
    let answer = browser.try_log_in("first@example.com", "long enough").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["session"]["user"]["name"], "first");
    drop(process);
}

#[tokio::test]
async fn a_bad_flag_is_one_readable_line_and_no_server() {
    for (flags, text) in [
        (["--warning-lead", "5s"], "WCAG 2.2.1"),
        (
            ["--store", "redis://localhost/0"],
            "--keys: expected a file",
        ),
        (["--store", "rediss://localhost/0"], "redis://HOST:PORT/DB"),
        (["--idle-timeout", "soon"], "500ms, 20s, 5m, 24h or 30d"),
        (["--dist", "missing"], "--dist"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_session-backend"))
            .current_dir(folder.path())
            .args(["--listen", "127.0.0.1:0"])
            .args(flags)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{flags:?}"
        );
        assert!(errors.contains(text), "{flags:?}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

#[tokio::test]
async fn the_environment_sets_flags_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_session-backend"))
        .current_dir(folder.path())
        .env("SESSION_LISTEN", "127.0.0.1:0")
        .env("SESSION_WARNING_LEAD", "1s")
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("--warning-lead"));
}
