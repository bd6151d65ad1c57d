//! Everything that requests and sockets share.
//!
//! Invariant: one [`App`] for each server; nothing in this crate is a process-wide variable
//! besides the token provider.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    Policy,
    access_token::AccessTokens,
    assets::Assets,
    client_address::TrustedProxies,
    demo::Faults,
    http::ReportBudget,
    hub::{Door, Hub},
    keys::Keys,
    limiter::LoginLimiter,
    metrics::Metrics,
    origins::Origins,
    passwords::Passwords,
    store::Store,
    topic::Topic,
};

/// Everything that requests and sockets share.
pub(crate) struct App {
    /// Names this server among those of one store; another one after each start.
    pub(crate) server: String,
    pub(crate) policy: Policy,
    pub(crate) heartbeat: Duration,
    pub(crate) auth_deadline: Duration,
    pub(crate) body_deadline: Duration,
    pub(crate) origins: Origins,
    pub(crate) proxies: TrustedProxies,
    pub(crate) keys: Keys,
    pub(crate) access_tokens: AccessTokens,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) passwords: Passwords,
    pub(crate) login_limiter: LoginLimiter,
    pub(crate) door: Door,
    pub(crate) hub: Hub,
    pub(crate) system: Topic,
    pub(crate) metrics: Metrics,
    pub(crate) reports: ReportBudget,
    pub(crate) assets: Option<Assets>,
    /// Present only with `--demo`.
    pub(crate) faults: Option<Faults>,
}

impl App {
    /// Gives an update to the subscribers of its topic.
    pub(crate) fn tell_topic(&self, topic: &str, seq: u64, payload: Value) {
        if topic == self.system.name() {
            self.system.insert(seq, payload, Instant::now());
        }
    }
}

/// What handlers are given.
pub(crate) type Shared = Arc<App>;

/// Makes identifiers; the system's generator failing is the one thing that can go wrong.
pub(crate) fn identifier<const N: usize>() -> io::Result<String> {
    crate::secrets::random_hex::<N>()
}
