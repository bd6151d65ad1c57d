//! Connecting, and finding out who answers.
//!
//! Invariants: a connection is to a primary of a version that knows what is asked of it; each is
//! silent by itself, since a network can lose one and pass the others on.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use redis::{AsyncConnectionConfig, Client, RedisError, aio::MultiplexedConnection};

use super::{silence::Silence, url::RedisUrl};
use crate::store::{LONGEST_FOLLOW, StoreError};

/// How long an answer is waited for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);
/// Questions that wait to be sent on one connection.
const QUEUE_LENGTH: usize = 1_024;
/// The oldest version that has every command.
const OLDEST: (u32, u32) = (6, 2);

/// One connection.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) connection: MultiplexedConnection,
    silence: Arc<Silence>,
}

impl Line {
    /// Opens a connection whose answers are waited for this long.
    async fn open(client: &Client, timeout: Duration) -> Result<Self, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_pipeline_buffer_size(QUEUE_LENGTH)
            .set_connection_timeout(Some(ANSWER_TIMEOUT))
            .set_response_timeout(Some(timeout));
        let opening = client.get_multiplexed_async_connection_with_config(&config);
        Ok(Self {
            connection: opening.await?,
            silence: Arc::default(),
        })
    }

    /// Notes that an answer came.
    pub(super) fn answered(&self) {
        self.silence.end();
    }

    /// Notes that what was asked at `asked` failed; returns whether nothing can be asked here any
    /// more.
    pub(super) fn is_broken_by(&self, error: &RedisError, asked: Instant) -> bool {
        if error.is_timeout() {
            return self.silence.is_too_long(asked, Instant::now());
        }
        breaks(error)
    }
}

/// Three connections, which are made and left together: what waits for replicas does not hold up
/// what only reads, and what waits for events holds up neither.
#[derive(Clone)]
pub(super) struct Lines {
    /// Counts the connections to the store.
    pub(super) number: u64,
    pub(super) reads: Line,
    pub(super) writes: Line,
    pub(super) follows: Line,
}

/// Which process of Redis answers, with which history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Identity {
    run: String,
    history: String,
}

/// Reads the address.
pub(super) fn client(url: &RedisUrl) -> Result<Client, StoreError> {
    Ok(Client::open(url.secret())?)
}

/// Opens the connections, and asks who is there.
pub(super) async fn lines(client: &Client, number: u64) -> Result<(Lines, Identity), StoreError> {
    let mut lines = Lines {
        number,
        reads: Line::open(client, ANSWER_TIMEOUT).await?,
        writes: Line::open(client, ANSWER_TIMEOUT).await?,
        follows: Line::open(client, LONGEST_FOLLOW + ANSWER_TIMEOUT).await?,
    };
    let ask = redis::cmd("INFO");
    let told: String = ask.query_async(&mut lines.writes.connection).await?;
    let identity = identify(&told)?;
    if number == 1 && told.contains("aof_enabled:0") && told.contains("connected_slaves:0") {
        tracing::warn!(
            "Redis has neither append-only file nor replica: it forgets if it is killed"
        );
    }
    Ok((lines, identity))
}

fn identify(told: &str) -> Result<Identity, StoreError> {
    let fields: BTreeMap<_, _> = told
        .lines()
        .filter_map(|line| line.trim_end().split_once(':'))
        .collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    let role = field("role");
    if role != "master" {
        return Err(StoreError::new(format!(
            "expected a primary Redis server, found one with the role `{role}`"
        )));
    }
    let found = field("redis_version");
    let mut parts = found.split('.').map_while(|part| part.parse().ok());
    if (parts.next(), parts.next()) < (Some(OLDEST.0), Some(OLDEST.1)) {
        let (major, minor) = OLDEST;
        return Err(StoreError::new(format!(
            "expected Redis {major}.{minor} or later, found {found}"
        )));
    }
    Ok(Identity {
        run: field("run_id").to_owned(),
        history: field("master_replid").to_owned(),
    })
}

/// Returns whether an error means that nothing can be asked on this connection any more.
fn breaks(error: &RedisError) -> bool {
    let is_other_server = error
        .code()
        .is_some_and(|code| matches!(code, "READONLY" | "LOADING" | "MASTERDOWN" | "UNBLOCKED"));
    error.is_io_error() || error.is_unrecoverable_error() || is_other_server
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_and_old_versions_are_refused() {
        let told = |role, version| {
            format!("redis_version:{version}\r\nrun_id:a\r\nrole:{role}\r\nmaster_replid:b\r\n")
        };
        assert!(identify(&told("master", "7.0.15")).is_ok());
        assert!(identify(&told("master", "6.2.0")).is_ok());
        for (role, version, text) in [
            ("slave", "7.0.15", "a primary"),
            ("master", "6.0.16", "found 6.0.16"),
            ("master", "", "6.2"),
        ] {
            let error = identify(&told(role, version)).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }
}
