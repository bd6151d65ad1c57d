//! What a world begins with.

use std::sync::Arc;

use session_protocol::SessionConfig;

use crate::{bug::BugSet, server::Policy};

/// What a world begins with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Feeds the jitter of the clients.
    pub seed: u64,
    /// The times of the server.
    pub policy: Policy,
    /// The configuration of the clients.
    pub config: Arc<SessionConfig>,
    /// Bugs that are put back on purpose.
    pub bugs: BugSet,
    /// How many browsers there are.
    pub browsers: u8,
    /// How many tabs each browser has.
    pub tabs: u8,
    /// Whether the browsers have Web Locks.
    pub has_locks: bool,
    /// Whether clients keep their record. It costs time and memory.
    pub keeps_timeline: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            policy: Policy::default(),
            config: Arc::new(SessionConfig::default()),
            bugs: BugSet::NONE,
            browsers: 1,
            tabs: 2,
            has_locks: true,
            keeps_timeline: false,
        }
    }
}
