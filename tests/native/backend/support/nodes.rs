//! Two servers of one Redis.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::json;
use tempfile::TempDir;

use super::{Answer, Browser, Process, Proxy, Redis, Socket, eventually};

/// Servers that share a Redis server and their keys.
pub(crate) struct Nodes {
    folder: TempDir,
    pub(crate) redis: Redis,
    servers: Vec<Option<Process>>,
    flags: Vec<String>,
}

impl Nodes {
    /// Starts two servers.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts two servers with further flags.
    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        let redis = Redis::start().await;
        let url = redis.url();
        Self::start_at(redis, &[url.clone(), url], flags).await
    }

    /// Starts two servers, the second of which finds Redis behind a proxy.
    pub(crate) async fn near_and_far() -> (Self, Proxy) {
        let redis = Redis::start().await;
        let proxy = Proxy::start(redis.port()).await;
        let urls = [redis.url(), proxy.url()];
        (Self::start_at(redis, &urls, &[]).await, proxy)
    }

    /// Starts servers at the same time, which find Redis at these addresses.
    pub(crate) async fn start_at(redis: Redis, urls: &[String], flags: &[&str]) -> Self {
        let mut nodes = Self {
            folder: tempfile::tempdir().unwrap(),
            redis,
            servers: Vec::new(),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        };
        let starting = urls.iter().enumerate();
        let starting = starting.map(|(number, url)| nodes.process(number, url));
        let servers = futures_util::future::join_all(starting).await;
        nodes.servers.extend(servers.into_iter().map(Some));
        nodes
    }

    async fn process(&self, number: usize, url: &str) -> Process {
        let folder = self.folder.path().join(number.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let keys = self.folder.path().join("keys");
        let keys = keys.to_str().unwrap();
        let mut flags = vec!["--demo", "--store", url, "--keys", keys];
        flags.extend(self.flags.iter().map(String::as_str));
        Process::start(&folder, &flags).await
    }

    /// Runs `session-backend user ...` beside the servers; returns what it said once it was done.
    pub(crate) fn administer(&self, arguments: &[&str]) -> String {
        self.administer_with(arguments, "")
    }

    /// The same with something to read.
    pub(crate) fn administer_with(&self, arguments: &[&str], input: &str) -> String {
        let mut child = Command::new(env!("CARGO_BIN_EXE_session-backend"))
            .current_dir(self.folder.path())
            .arg("user")
            .args(arguments)
            .args(["--store", &self.redis.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        said
    }

    /// Returns the origin of a server.
    pub(crate) fn origin(&self, number: usize) -> &str {
        &self.servers[number].as_ref().unwrap().origin
    }

    /// Ends a server as a power cut would.
    pub(crate) fn kill(&mut self, number: usize) {
        self.servers[number].take().unwrap().kill();
    }

    /// Starts a server again.
    pub(crate) async fn revive(&mut self, number: usize) {
        let node = self.process(number, &self.redis.url()).await;
        self.servers[number] = Some(node);
    }

    /// Opens a browser that talks to a server.
    pub(crate) fn browser(&self, number: usize) -> Browser {
        Browser::new(self.origin(number))
    }

    /// Logs the demo user in on a server.
    pub(crate) async fn user(&self, number: usize) -> Browser {
        let mut browser = self.browser(number);
        browser.log_in("user@example.com").await;
        browser
    }

    /// Lets a browser talk to another server.
    pub(crate) fn turn(&self, browser: &mut Browser, number: usize) {
        self.origin(number).clone_into(&mut browser.origin);
    }

    /// Opens a socket of a browser on a server.
    pub(crate) async fn socket(&self, browser: &Browser, number: usize) -> Socket {
        let mut browser = browser.clone();
        self.turn(&mut browser, number);
        Socket::enter(&browser).await
    }
}

/// Refreshes until it works; whatever else is answered is that the store does not.
pub(crate) async fn refreshed(browser: &mut Browser) {
    let mut refused = 0;
    for _ in 0..400 {
        let answer = browser.refresh().await;
        if answer.status == 200 {
            return;
        }
        answer.expect_problem(503, "store_unavailable");
        refused += 1;
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("refused {refused} times");
}

/// Asks until the store answers.
pub(crate) async fn settled(browser: &mut Browser, path: &str) -> Answer {
    for _ in 0..400 {
        let answer = browser.get(path).await;
        if answer.status != 503 {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the store does not come back");
}

/// Waits until a server and its store answer.
pub(crate) async fn healthy(browser: &Browser) {
    eventually("the store answers", || async {
        browser.clone().get("/healthz").await.status == 200
    })
    .await;
}

/// Says on a socket that it lives, and hears it.
pub(crate) async fn beats(socket: &mut Socket) {
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.until("heartbeat_ack").await;
}
