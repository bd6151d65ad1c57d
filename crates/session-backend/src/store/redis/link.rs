//! The connection to Redis, which is made again whenever it breaks.
//!
//! Invariants: where another process or history of Redis answers, nothing is asked before the
//! repair; a connection that breaks or falls silent is left by all, one that is slow by nobody;
//! attempts to connect have a growing, random pause between them, so that a server that comes back
//! is not overrun.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{Client, Cmd, FromRedisValue, Pipeline, RedisError, ScriptInvocation};
use tokio::{sync::watch, task::AbortHandle, time};

use super::{
    connect::{self, Identity, Line, Lines},
    recent::Recent,
    repair,
    scripts::Scripts,
    url::RedisUrl,
};
use crate::{secrets, store::StoreError};

/// How long a caller waits for a connection; an answer has its own time.
const CONNECTION_PATIENCE: Duration = Duration::from_millis(500);
/// The first pause between two attempts, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// How long replicas may take to confirm a write, in milliseconds.
const REPLICA_PATIENCE: u64 = 500;

/// What the keeper of the connection shares with those who use it.
struct Shared {
    client: Client,
    replicas: u32,
    scripts: Scripts,
    recent: Recent,
    lines: watch::Sender<Option<Lines>>,
    /// The number of the last connection that broke.
    broken: watch::Sender<u64>,
}

/// The connection to Redis.
pub(super) struct Link {
    shared: Arc<Shared>,
    keeper: AbortHandle,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Link {
    /// Connects for the first time.
    pub(super) async fn open(url: &RedisUrl) -> Result<Self, StoreError> {
        let client = connect::client(url)?;
        let (lines, identity) = connect::lines(&client, 1).await?;
        let shared = Arc::new(Shared {
            client,
            replicas: url.replicas(),
            scripts: Scripts::new(),
            recent: Recent::default(),
            lines: watch::Sender::new(Some(lines)),
            broken: watch::Sender::new(0),
        });
        let keeper = tokio::spawn(keep(Arc::clone(&shared), identity)).abort_handle();
        Ok(Self { shared, keeper })
    }

    pub(super) fn scripts(&self) -> &Scripts {
        &self.shared.scripts
    }

    pub(super) fn recent(&self) -> &Recent {
        &self.shared.recent
    }

    /// Returns the connections, once there are some.
    pub(super) async fn lines(&self) -> Result<Lines, StoreError> {
        let mut lines = self.shared.lines.subscribe();
        let found = time::timeout(CONNECTION_PATIENCE, lines.wait_for(Option::is_some)).await;
        let Ok(Ok(found)) = found else {
            return Err(StoreError::new("Redis cannot be reached"));
        };
        found
            .clone()
            .ok_or_else(|| StoreError::new("Redis cannot be reached"))
    }

    /// Asks something that changes nothing.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        pipeline: &Pipeline,
    ) -> Result<T, StoreError> {
        let (mut lines, asked) = (self.lines().await?, Instant::now());
        let answer = pipeline.query_async(&mut lines.reads.connection).await;
        self.shared.heard(answer, lines.number, &lines.reads, asked)
    }

    /// Runs a script that changes nothing.
    pub(super) async fn look<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let (mut lines, asked) = (self.lines().await?, Instant::now());
        let answer = script.invoke_async(&mut lines.reads.connection).await;
        self.shared.heard(answer, lines.number, &lines.reads, asked)
    }

    /// Asks, on these connections, something whose answer waits for an event.
    pub(super) async fn follow<T: FromRedisValue>(
        &self,
        lines: &mut Lines,
        command: &Cmd,
    ) -> Result<T, StoreError> {
        let asked = Instant::now();
        let answer = command.query_async(&mut lines.follows.connection).await;
        self.shared
            .heard(answer, lines.number, &lines.follows, asked)
    }

    /// Changes something by a pipeline; it returns once it is where it has to be.
    pub(super) async fn tell<T: FromRedisValue>(
        &self,
        pipeline: &Pipeline,
    ) -> Result<T, StoreError> {
        let (mut lines, asked) = (self.lines().await?, Instant::now());
        let answer = pipeline.query_async(&mut lines.writes.connection).await;
        let answer = self
            .shared
            .heard(answer, lines.number, &lines.writes, asked)?;
        confirm(&self.shared, &mut lines).await?;
        Ok(answer)
    }

    /// Changes something by a script; it returns once it is where it has to be.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let (mut lines, asked) = (self.lines().await?, Instant::now());
        let answer = script.invoke_async(&mut lines.writes.connection).await;
        let answer = self
            .shared
            .heard(answer, lines.number, &lines.writes, asked)?;
        confirm(&self.shared, &mut lines).await?;
        Ok(answer)
    }
}

impl Shared {
    fn heard<T>(
        &self,
        answer: Result<T, RedisError>,
        number: u64,
        line: &Line,
        asked: Instant,
    ) -> Result<T, StoreError> {
        match answer {
            Ok(answer) => {
                line.answered();
                Ok(answer)
            }
            Err(error) => {
                if line.is_broken_by(&error, asked) {
                    self.report(number);
                }
                Err(StoreError::new(error.to_string()))
            }
        }
    }

    /// Says that nothing can be asked on a connection any more.
    fn report(&self, number: u64) {
        self.broken.send_if_modified(|broken| {
            let is_news = *broken < number;
            *broken = number.max(*broken);
            is_news
        });
    }
}

/// Waits until enough replicas have what was written.
async fn confirm(shared: &Shared, lines: &mut Lines) -> Result<(), StoreError> {
    if shared.replicas == 0 {
        return Ok(());
    }
    let mut wait = redis::cmd("WAIT");
    wait.arg(shared.replicas).arg(REPLICA_PATIENCE);
    let asked = Instant::now();
    let have = wait.query_async(&mut lines.writes.connection).await;
    let have: u32 = shared.heard(have, lines.number, &lines.writes, asked)?;
    if have < shared.replicas {
        let wanted = shared.replicas;
        return Err(StoreError::new(format!(
            "expected a write on {wanted} replicas, found it on {have}"
        )));
    }
    Ok(())
}

/// Keeps the connection.
async fn keep(shared: Arc<Shared>, mut identity: Identity) {
    let mut number = 1;
    loop {
        let mut broken = shared.broken.subscribe();
        // Its sender is in `shared`, so it cannot be gone.
        drop(broken.wait_for(|broken| *broken >= number).await);
        shared.lines.send_replace(None);
        let since = Instant::now();
        tracing::warn!("the connection to Redis broke");
        let mut pause = PAUSES.0;
        number += 1;
        let lines = loop {
            match reconnect(&shared, number, &mut identity).await {
                Ok(lines) => break lines,
                Err(error) => tracing::warn!(%error, "Redis is not back"),
            }
            time::sleep(jittered(pause)).await;
            pause = (pause * 2).min(PAUSES.1);
        };
        let away = since.elapsed().as_millis();
        tracing::info!(milliseconds = %away, "connected to Redis again");
        shared.lines.send_replace(Some(lines));
    }
}

async fn reconnect(
    shared: &Shared,
    number: u64,
    identity: &mut Identity,
) -> Result<Lines, StoreError> {
    let (mut lines, found) = connect::lines(&shared.client, number).await?;
    if found == *identity {
        return Ok(lines);
    }
    shared.recent.failed_over();
    let line = &mut lines.writes.connection;
    let repaired = repair::repair(&shared.recent, &shared.scripts, line).await?;
    if repaired > 0 {
        tracing::warn!(repaired, "what Redis had lost was written again");
    }
    confirm(shared, &mut lines).await?;
    // A repair that failed is done again.
    *identity = found;
    Ok(lines)
}

/// Half the pause, and a random part of the other half.
fn jittered(pause: Duration) -> Duration {
    let [byte] = secrets::random::<1>().unwrap_or([128]);
    pause / 2 + pause * u32::from(byte) / 512
}
