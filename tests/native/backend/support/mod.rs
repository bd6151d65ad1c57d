//! What the tests stand on: a server of their own, browsers, sockets, and waiting without sleeping.
//!
//! Invariant: every wait is for a condition and has a timeout.

mod browser;
mod build;
mod description;
mod nodes;
mod proxy;
mod raw;
mod redis;
mod server;
mod socket;

use std::{future::Future, time::Duration};

pub(crate) use browser::{Answer, Browser, JsonBody};
pub(crate) use build::{PAGE, write_build};
pub(crate) use description::{API, SOCKET, message_validator, validator};
pub(crate) use nodes::{Nodes, beats, healthy, refreshed, settled};
pub(crate) use proxy::Proxy;
pub(crate) use raw::{Head, Raw};
pub(crate) use redis::Redis;
pub(crate) use server::{Process, World, short_limits};
pub(crate) use socket::{Heard, Socket};

/// Longer than anything that is waited for takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Asks again until the answer is yes.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let asking = async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, asking).await.is_ok(),
        "waited in vain until {what}"
    );
}
