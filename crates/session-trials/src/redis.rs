//! A Redis server of the trial's own.
//!
//! Invariant: it writes nothing outside of the folder it is given, and ends with the value.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{self, Instant},
};

use crate::Trouble;

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// A running Redis server, which writes each change to its log before it answers.
#[derive(Debug)]
pub(crate) struct Redis {
    child: Child,
    address: SocketAddr,
}

impl Redis {
    /// Starts a server on a free port and waits until it answers.
    pub(crate) async fn start(folder: &Path) -> Result<Self, Trouble> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let address = free.and_then(|listener| listener.local_addr());
        let address = address.map_err(Trouble::when("a free port for Redis"))?;
        let child = Command::new("redis-server")
            .current_dir(folder)
            .args(["--port", &address.port().to_string(), "--bind", "127.0.0.1"])
            .args([
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let started = "starting redis-server (Debian package `redis-server`)";
        let redis = Self {
            child: child.map_err(Trouble::when(started))?,
            address,
        };
        let deadline = Instant::now() + LONGEST_START;
        while !redis.answers().await {
            if Instant::now() > deadline {
                return Err(Trouble::new("expected redis-server to answer, it does not"));
            }
            time::sleep(POLL).await;
        }
        Ok(redis)
    }

    /// Returns the address, as `--store` reads it.
    pub(crate) fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    async fn answers(&self) -> bool {
        let mut answer = [0; 5];
        let asking = async {
            let mut stream = TcpStream::connect(self.address).await?;
            stream.write_all(b"PING\r\n").await?;
            stream.read_exact(&mut answer).await
        };
        asking.await.is_ok() && answer == *b"+PONG"
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
