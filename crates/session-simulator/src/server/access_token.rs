//! Access tokens as texts that name what they stand for: `at.family.generation.issued.end`.
//!
//! Times are milliseconds on the server's clock. Invariant: a text that is not exactly of this
//! form is no token.

use std::{fmt, time::Duration};

use session_protocol::Secret;

use super::FamilyId;

/// An access token.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccessToken {
    /// The session.
    pub family: FamilyId,
    /// Generation of the refresh token that it was issued with.
    pub generation: u32,
    /// When it was issued, on the server's clock.
    pub issued_at: Duration,
    /// When it ends, on the server's clock.
    pub ends_at: Duration,
}

impl AccessToken {
    /// Writes the token.
    #[must_use]
    pub fn to_secret(self) -> Secret {
        Secret::new(self.to_string())
    }

    /// Reads a token.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("at.")?.split('.');
        let token = Self {
            family: FamilyId(parts.next()?.parse().ok()?),
            generation: parts.next()?.parse().ok()?,
            issued_at: Duration::from_millis(parts.next()?.parse().ok()?),
            ends_at: Duration::from_millis(parts.next()?.parse().ok()?),
        };
        parts.next().is_none().then_some(token)
    }

    /// Returns the rest of the lifetime.
    #[must_use]
    pub fn remaining(self, now: Duration) -> Duration {
        self.ends_at.saturating_sub(now)
    }
}

impl fmt::Display for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (issued, end) = (self.issued_at.as_millis(), self.ends_at.as_millis());
        write!(f, "at.{}.{}.{issued}.{end}", self.family.0, self.generation)
    }
}
