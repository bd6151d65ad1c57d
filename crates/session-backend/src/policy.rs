//! The limits of sessions, and the rules they have to keep.
//!
//! Invariant: a policy that passed [`Policy::validate`] gives every user at least 20 s of warning
//! and ten extensions, and its limits come in the one order in which they make sense.

use std::{fmt, time::Duration};

/// The limits of sessions.
///
/// # Source
///
/// OWASP Session Management, session expiration; NIST SP 800-63B-4 section 2.2.3; WCAG 2.2
/// success criterion 2.2.1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// How long an access token is valid; it is also how long a stolen one is useful.
    pub access_token_lifetime: Duration,
    /// A session without activity ends after this time.
    pub idle_timeout: Duration,
    /// A session ends after this time, whatever the user does.
    pub absolute_timeout: Duration,
    /// The absolute timeout of sessions with "remember me".
    pub remember_absolute_timeout: Duration,
    /// How long before the end the user is warned.
    pub warning_lead: Duration,
    /// How long the predecessor of a refresh token is tolerated, for tabs that raced.
    pub refresh_grace: Duration,
    /// Living sessions of a user; one more login ends the oldest (ASVS 5.0, 7.1.2).
    pub sessions_per_user: usize,
    /// What ends sessions of other devices asks for the password again once it is older than this
    /// (ASVS 5.0, 7.5.2).
    pub step_up_within: Duration,
}

/// Shortest warning that WCAG 2.2.1 accepts.
const SHORTEST_WARNING: Duration = Duration::from_secs(20);
/// Extensions a user must be able to make (WCAG 2.2.1).
const EXTENSIONS: u32 = 10;
/// Beyond this limit WCAG 2.2.1 does not ask for extensions.
const EXEMPT_BEYOND: Duration = Duration::from_secs(20 * 3600);
/// A client gives a call up after this time; shorter graces would punish a slow network.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);
/// Shortest access token that clients can refresh in time.
const SHORTEST_TOKEN: Duration = Duration::from_secs(1);

impl Default for Policy {
    fn default() -> Self {
        Self {
            access_token_lifetime: Duration::from_secs(5 * 60),
            idle_timeout: Duration::from_secs(30 * 60),
            absolute_timeout: Duration::from_secs(24 * 3600),
            remember_absolute_timeout: Duration::from_secs(90 * 86_400),
            warning_lead: Duration::from_secs(120),
            refresh_grace: Duration::from_secs(30),
            sessions_per_user: 20,
            step_up_within: Duration::from_secs(5 * 60),
        }
    }
}

/// A rule that a policy breaks.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PolicyRule {
    /// A limit is zero.
    NoZero,
    /// The warning is shorter than 20 s.
    WarningTooShort,
    /// The warning would begin before the idle time does.
    WarningBeyondIdle,
    /// Fewer than ten extensions are possible before the absolute timeout.
    TooFewExtensions,
    /// The idle timeout is longer than the absolute timeout.
    IdleBeyondAbsolute,
    /// The absolute timeout is longer with plain sessions than with remembered ones.
    RememberBelowAbsolute,
    /// The access token lives for less than a second.
    TokenTooShort,
    /// The access token outlives the idle timeout.
    TokenBeyondIdle,
    /// A client's request timeout of 10 s does not fit into the grace.
    GraceTooShort,
}

impl fmt::Display for PolicyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoZero => "every limit must be more than zero",
            Self::WarningTooShort => {
                "--warning-lead must be at least 20s (WCAG 2.2.1: 20 seconds to extend a limit)"
            }
            Self::WarningBeyondIdle => "--warning-lead must be shorter than --idle-timeout",
            Self::TooFewExtensions => {
                "--absolute-timeout must be at least ten times --idle-timeout, or longer than 20h \
                 (WCAG 2.2.1: a limit can be extended ten times)"
            }
            Self::IdleBeyondAbsolute => "--idle-timeout must not be longer than --absolute-timeout",
            Self::RememberBelowAbsolute => {
                "--remember-absolute-timeout must not be shorter than --absolute-timeout"
            }
            Self::TokenTooShort => "--access-token-lifetime must be at least 1s",
            Self::TokenBeyondIdle => "--access-token-lifetime must be shorter than --idle-timeout",
            Self::GraceTooShort => {
                "--refresh-grace must be longer than 10s, the request timeout of clients, so that \
                 a slow answer is not mistaken for a theft"
            }
        })
    }
}

impl std::error::Error for PolicyRule {}

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

    /// Checks what no deployment can want, not even a test.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::NoZero`].
    pub fn validate_sanity(&self) -> Result<(), PolicyRule> {
        let limits = [
            self.access_token_lifetime,
            self.idle_timeout,
            self.absolute_timeout,
            self.remember_absolute_timeout,
            self.warning_lead,
            self.refresh_grace,
            self.step_up_within,
        ];
        if limits.iter().any(Duration::is_zero) || self.sessions_per_user == 0 {
            return Err(PolicyRule::NoZero);
        }
        Ok(())
    }

    /// Checks all rules.
    ///
    /// # Errors
    ///
    /// The first [`PolicyRule`] that is broken.
    pub fn validate(&self) -> Result<(), PolicyRule> {
        self.validate_sanity()?;
        let (idle, absolute) = (self.idle_timeout, self.absolute_timeout);
        let rules = [
            (
                self.warning_lead < SHORTEST_WARNING,
                PolicyRule::WarningTooShort,
            ),
            (idle > absolute, PolicyRule::IdleBeyondAbsolute),
            (self.warning_lead >= idle, PolicyRule::WarningBeyondIdle),
            (
                absolute <= EXEMPT_BEYOND && absolute < idle.saturating_mul(EXTENSIONS),
                PolicyRule::TooFewExtensions,
            ),
            (
                self.remember_absolute_timeout < absolute,
                PolicyRule::RememberBelowAbsolute,
            ),
            (
                self.access_token_lifetime < SHORTEST_TOKEN,
                PolicyRule::TokenTooShort,
            ),
            (
                self.access_token_lifetime >= idle,
                PolicyRule::TokenBeyondIdle,
            ),
            (
                self.refresh_grace <= CLIENT_TIMEOUT,
                PolicyRule::GraceTooShort,
            ),
        ];
        match rules.into_iter().find(|(broken, _)| *broken) {
            Some((_, rule)) => Err(rule),
            None => Ok(()),
        }
    }
}
