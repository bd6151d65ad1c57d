//! A server inside the test, or the real program in a process of its own.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use session_backend::{Config, Policy, Server, StoreLocation};
use tokio::net::TcpListener;

use super::{Browser, eventually};

/// A server inside the test.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) origin: String,
}

impl World {
    /// Starts a server with demo accounts and the limits of production.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a server that differs from [`World::start`]'s.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            store: StoreLocation::Memory,
            demo: true,
            allow_short_limits: true,
            ..Config::default()
        };
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = session_backend::start(config, listener).await.unwrap();
        let origin = format!("http://localhost:{}", server.address().port());
        Self { server, origin }
    }

    /// Opens a browser that nobody has logged in with.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// Opens a browser and logs the demo user in.
    pub(crate) async fn user(&self) -> Browser {
        let mut browser = self.browser();
        browser.log_in("user@example.com").await;
        browser
    }
}

/// Limits in which a session lives for a moment.
pub(crate) fn short_limits(idle: u64, absolute: u64, lead: u64) -> Policy {
    Policy {
        idle_timeout: Duration::from_millis(idle),
        absolute_timeout: Duration::from_millis(absolute),
        warning_lead: Duration::from_millis(lead),
        ..Policy::default()
    }
}

/// The real program.
pub(crate) struct Process {
    child: Child,
    pub(crate) origin: String,
}

impl Process {
    /// Starts the program in a folder and waits until it says that it listens.
    pub(crate) async fn start(folder: &Path, flags: &[&str]) -> Self {
        let (output, errors) = (folder.join("stdout"), folder.join("stderr"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_session-backend"))
            .current_dir(folder)
            .args(["--listen", "127.0.0.1:0", "--log-level", "trace"])
            .args(flags)
            .stdout(File::create(&output).unwrap())
            .stderr(
                File::options()
                    .create(true)
                    .append(true)
                    .open(&errors)
                    .unwrap(),
            )
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let said = || std::fs::read_to_string(&output).unwrap();
        eventually("the program listens", || {
            let listens = said().ends_with("/\n");
            if let Some(status) = child.try_wait().unwrap() {
                let told = std::fs::read_to_string(&errors).unwrap();
                panic!("the program ended, {status}: {told}");
            }
            async move { listens }
        })
        .await;
        let line = said();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        let origin = url.trim_end_matches('/').to_owned();
        Self { child, origin }
    }

    /// Ends the program as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the program to stop, as a supervisor would.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status();
        assert!(status.unwrap().success());
    }

    /// Returns whether the program has ended well.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child
            .try_wait()
            .unwrap()
            .is_some_and(|status| status.success())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}
