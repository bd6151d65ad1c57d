//! A Redis server of the test's own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use session_backend::StoreLocation;
use tempfile::TempDir;

use super::eventually;

/// A Redis server; it ends with the value.
pub(crate) struct Redis {
    folder: TempDir,
    port: u16,
    flags: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    /// Starts a server that writes nothing to the disk by itself.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a server with further flags.
    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        let mut redis = Self {
            folder: tempfile::tempdir().unwrap(),
            port: 0,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            child: None,
        };
        loop {
            redis.port = free_port();
            if redis.spawn().await {
                return redis;
            }
            redis.kill();
        }
    }

    /// Starts a server that follows this one.
    pub(crate) async fn replica(&self) -> Self {
        let port = self.port.to_string();
        let replica = Self::start_with(&["--replicaof", "127.0.0.1", &port]).await;
        eventually("the replica follows", || async {
            replica.ask(&["INFO"]).contains("master_link_status:up")
        })
        .await;
        // The primary believes it only after its first confirmation.
        eventually("the replica confirms", || async {
            self.ask(&["WAIT", "1", "100"]).contains('1')
        })
        .await;
        replica
    }

    /// Starts the server again, on the same port, from the snapshot that is there.
    pub(crate) async fn revive(&mut self) {
        assert!(self.child.is_none(), "it runs");
        assert!(self.spawn().await, "another program has its port");
    }

    /// Starts the process; returns whether the port is its own.
    async fn spawn(&mut self) -> bool {
        let child = Command::new("redis-server")
            .current_dir(self.folder.path())
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--repl-diskless-sync-delay", "0"])
            .args(&self.flags)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn();
        let child = child.expect("redis-server is missing; Debian package: redis-server");
        let own = format!("process_id:{}\r", child.id());
        self.child = Some(child);
        let told = || self.ask(&["INFO", "server"]);
        eventually("Redis answers", || async { told().contains("process_id:") }).await;
        told().contains(&own)
    }

    /// Returns the address, as `--store` reads it.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    pub(crate) fn location(&self) -> StoreLocation {
        StoreLocation::parse(&self.url()).unwrap()
    }

    /// Returns the port.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Writes a snapshot and returns a copy of it.
    pub(crate) fn snapshot(&self) -> PathBuf {
        assert!(self.ask(&["SAVE"]).contains("OK"));
        let copy = self.folder.path().join("older.rdb");
        fs::copy(self.folder.path().join("dump.rdb"), &copy).unwrap();
        copy
    }

    /// Puts a snapshot in place for the next start.
    pub(crate) fn put_back(&self, snapshot: &Path) {
        assert!(self.child.is_none(), "it runs");
        fs::copy(snapshot, self.folder.path().join("dump.rdb")).unwrap();
    }

    /// Ends the server as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Stops the process without ending it.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        assert!(status.unwrap().success());
    }

    /// Asks something, as an operator would.
    pub(crate) fn ask(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(command)
            .output()
            .expect("redis-cli is missing; Debian package: redis-server");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
