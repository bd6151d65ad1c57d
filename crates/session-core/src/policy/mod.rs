//! Decisions as data: what a close code means, and how long things take.

mod clocks;
mod close;
mod rate;
mod reconnect;
mod table;
mod timing;

pub use clocks::{
    CLOCK_TOLERANCE, DRIFT_PATIENCE, END_SLACK, LATEST_TIMER, LONG_SLEEP, LONGEST_RETRY_AFTER,
};
pub use close::{CloseAction, CloseRow, TABLE as CLOSE_TABLE, decide as decide_close};
pub use rate::{RATES, Rate, Rates};
pub use reconnect::{
    BACKOFF_BASE, BACKOFF_CAP, FAULT_LIMIT, LONGEST_WINDOW, REFUSED_LIMIT, UNAUTHORIZED_LIMIT,
    UNHEARD_LIMIT,
};
pub use table::rows;
pub use timing::Timing;

use session_protocol::{CloseCode, SessionConfig, config::CloseRule};

/// Everything a deployment can choose about the client's decisions.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Durations and fractions.
    pub timing: Timing,
    /// How often things may be tried.
    pub rates: Rates,
    /// Close codes that go before the built-in table.
    pub close_overrides: Vec<(CloseCode, CloseRule)>,
    /// Whether the client authenticates with its first message, and so waits for an answer.
    pub authenticates_by_message: bool,
    /// Whether other tabs are told.
    pub notifies_tabs: bool,
}

impl Policy {
    /// Derives the policy from a configuration.
    #[must_use]
    pub fn new(config: &SessionConfig) -> Self {
        use session_protocol::config::{SocketAuth, TabShare};
        let overrides = config.socket.close_policy.iter();
        Self {
            timing: Timing::new(config.refresh_at, config.request_timeout),
            rates: RATES,
            close_overrides: overrides
                .map(|(code, rule)| (CloseCode(*code), *rule))
                .collect(),
            authenticates_by_message: config.socket.auth == SocketAuth::FirstMessage,
            notifies_tabs: config.share != TabShare::Off,
        }
    }
}
