//! Why a session ended: one vocabulary for HTTP problem codes, socket messages and close reasons.
//!
//! Invariant: the text a user reads is chosen by the user interface from this enum, never taken
//! from the wire.

use serde::{Deserialize, Serialize};

use crate::names::same_name;

/// Why a session ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum EndReason {
    /// The idle timeout passed.
    SessionTimeout,
    /// The absolute timeout passed; no activity could have prevented it.
    AbsoluteTimeout,
    /// The user ended it from another device, or an administrator did.
    Revoked,
    /// The user logged out, here or in another tab.
    LoggedOut,
    /// A refresh token was presented a second time, the mark of a theft.
    ReuseDetected,
    /// The account was disabled.
    AccountDisabled,
    /// A newer login took this session's place.
    Replaced,
    /// The server knows no session for this browser.
    NoSession,
}

impl EndReason {
    /// All reasons, in the order of the contract.
    pub const ALL: [Self; 8] = [
        Self::SessionTimeout,
        Self::AbsoluteTimeout,
        Self::Revoked,
        Self::LoggedOut,
        Self::ReuseDetected,
        Self::AccountDisabled,
        Self::Replaced,
        Self::NoSession,
    ];

    /// Returns the code in socket messages and close reasons.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SessionTimeout => "SESSION_TIMEOUT",
            Self::AbsoluteTimeout => "ABSOLUTE_TIMEOUT",
            Self::Revoked => "REVOKED",
            Self::LoggedOut => "LOGGED_OUT",
            Self::ReuseDetected => "REUSE_DETECTED",
            Self::AccountDisabled => "ACCOUNT_DISABLED",
            Self::Replaced => "REPLACED",
            Self::NoSession => "NO_SESSION",
        }
    }

    /// Returns the `code` of an HTTP problem body.
    #[must_use]
    pub const fn problem_code(self) -> &'static str {
        match self {
            Self::SessionTimeout => "session_expired",
            Self::AbsoluteTimeout => "absolute_timeout",
            Self::Revoked => "session_revoked",
            Self::LoggedOut => "logged_out",
            Self::ReuseDetected => "reuse_detected",
            Self::AccountDisabled => "account_disabled",
            Self::Replaced => "replaced",
            Self::NoSession => "no_session",
        }
    }

    /// Reads the `code` of an HTTP problem body.
    ///
    /// Stricter than [`EndReason::parse`]: a 401 `token_expired` is about the access token, which
    /// a refresh replaces, and not about the session.
    #[must_use]
    pub fn from_problem_code(code: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|reason| same_name(code, reason.code()) || same_name(code, reason.problem_code()))
    }

    /// Reads a reason from a socket message or a close reason.
    ///
    /// The plain texts that common backends send with close code 1008 are understood too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const ALIASES: [(&str, EndReason); 5] = [
            ("Authentication expired", EndReason::SessionTimeout),
            ("Session invalid", EndReason::SessionTimeout),
            ("token expired", EndReason::SessionTimeout),
            ("idle timeout", EndReason::SessionTimeout),
            ("session not found", EndReason::NoSession),
        ];
        Self::from_problem_code(text).or_else(|| {
            let mut aliases = ALIASES.into_iter();
            aliases
                .find(|(alias, _)| same_name(text, alias))
                .map(|(_, reason)| reason)
        })
    }
}
