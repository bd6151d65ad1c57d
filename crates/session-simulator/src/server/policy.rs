//! The times of the server, with unit, reason and source.

use std::time::Duration;

/// The times of the server.
///
/// # Source
///
/// The rotation contract and the default times of the project's reliability reference.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Policy {
    /// How long an access token is valid.
    pub access_token_lifetime: Duration,
    /// How long the predecessor of a refresh token is tolerated, and nothing rotates.
    pub grace: Duration,
    /// How often a predecessor is tolerated inside the grace, for each generation.
    pub grace_uses: u8,
    /// How often an unused successor is issued again, for each generation.
    pub reissues: Reissues,
    /// A session without activity ends after this time.
    pub idle_timeout: Duration,
    /// A session ends after this time.
    pub absolute_timeout: Duration,
    /// The absolute timeout of sessions with "remember me".
    pub remember_absolute_timeout: Duration,
    /// How long before the end the user is warned.
    pub warning_lead: Duration,
    /// A socket that has not authenticated is closed after this time.
    pub auth_deadline: Duration,
    /// A fresh token is awaited on a socket this long after the end of the old one, at most.
    pub token_grace: Duration,
    /// Updates of the topic that are kept for sockets that come back.
    pub kept_updates: u8,
    /// Ended sessions are remembered this long, so that a browser that returns is told why.
    pub memory_of_ended: Duration,
}

/// How often a successor that was never seen is issued again to who presents its predecessor.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reissues {
    /// Once for each generation; a second lost answer is taken for a theft.
    Once,
    /// As long as nothing of the successor was seen. Whoever holds an unseen successor gains
    /// nothing that the predecessor would not give, and its first use ends the reissues.
    WhileUnseen,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            access_token_lifetime: Duration::from_secs(5 * 60),
            grace: Duration::from_secs(30),
            grace_uses: 5,
            reissues: Reissues::WhileUnseen,
            idle_timeout: Duration::from_secs(30 * 60),
            absolute_timeout: Duration::from_secs(24 * 3600),
            remember_absolute_timeout: Duration::from_secs(90 * 86_400),
            warning_lead: Duration::from_secs(120),
            auth_deadline: Duration::from_secs(5),
            token_grace: Duration::from_secs(10),
            kept_updates: 120,
            memory_of_ended: Duration::from_secs(30 * 86_400),
        }
    }
}

impl Policy {
    /// Returns the absolute timeout of a new session.
    #[must_use]
    pub const fn absolute_timeout_of(&self, remember_me: bool) -> Duration {
        if remember_me {
            self.remember_absolute_timeout
        } else {
            self.absolute_timeout
        }
    }
}
