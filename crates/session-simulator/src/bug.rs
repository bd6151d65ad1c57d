//! Bugs that are put back on purpose, to prove that the instruments find them.
//!
//! Each was seen in the field or in the advice that this project was made from. Invariant: a world
//! without bugs switched on runs the contract as it is written.

use std::str::FromStr;

use session_core::SeededBug;

/// A seeded bug.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Bug {
    /// B1: the predecessor of a refresh token is taken for a theft at once.
    NoGrace,
    /// B2: the grace covers any ancestor, not only the predecessor.
    GraceForAncestors,
    /// B3: the answer to the tab that lost a race deletes the cookie of the winner.
    LoserClearsCookie,
    /// B4: the name of the cookie does not tell the family, so a late answer of an ended session
    /// overwrites a newer login.
    OneCookieName,
    /// B5: a refresh writes what it decided earlier, without comparing again.
    NoCompareAndSet,
    /// B6: a rotation extends the absolute limit.
    RotationExtendsAbsolute,
    /// B7: the client handles expiry by a flag that no epoch resets.
    ExpiryWithoutEpoch,
    /// B8: the client takes a network error for a logout.
    NetworkErrorLogsOut,
    /// B9: the client steals leadership without a new term.
    StealWithoutTerm,
    /// B10: the client believes that aborting a waiting lock request frees a held lock.
    AbortFreesHeldLock,
    /// B11: the server counts a heartbeat as activity.
    HeartbeatIsActivity,
    /// B12: the client trusts a hint of another tab as a login.
    HintTrustedAsLogin,
    /// B13: the client restores a session after an explicit logout.
    SilentRestoreAfterLogout,
    /// B14: the client ends a session by its own clock.
    LocalClockVerdict,
    /// B15: the client reconnects after a terminal close.
    ReconnectAfterTerminalClose,
    /// B16: a tab takes whatever update its leader passes on for the next one.
    UpdatesOutOfOrder,
}

impl Bug {
    /// All bugs, in the order of their numbers.
    pub const ALL: [Self; 16] = [
        Self::NoGrace,
        Self::GraceForAncestors,
        Self::LoserClearsCookie,
        Self::OneCookieName,
        Self::NoCompareAndSet,
        Self::RotationExtendsAbsolute,
        Self::ExpiryWithoutEpoch,
        Self::NetworkErrorLogsOut,
        Self::StealWithoutTerm,
        Self::AbortFreesHeldLock,
        Self::HeartbeatIsActivity,
        Self::HintTrustedAsLogin,
        Self::SilentRestoreAfterLogout,
        Self::LocalClockVerdict,
        Self::ReconnectAfterTerminalClose,
        Self::UpdatesOutOfOrder,
    ];

    /// Returns the number in the list of seeded bugs, 1 to 16.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Returns whether it can show where nothing is published, as in the model.
    #[must_use]
    pub const fn shows_without_updates(self) -> bool {
        !matches!(self, Self::UpdatesOutOfOrder)
    }

    /// Returns the bug to switch on in the client; nothing if it is one of the server.
    #[must_use]
    pub const fn of_client(self) -> Option<SeededBug> {
        match self {
            Self::NoGrace
            | Self::GraceForAncestors
            | Self::LoserClearsCookie
            | Self::OneCookieName
            | Self::NoCompareAndSet
            | Self::RotationExtendsAbsolute
            | Self::HeartbeatIsActivity => None,
            Self::ExpiryWithoutEpoch => Some(SeededBug::ExpiryWithoutEpoch),
            Self::NetworkErrorLogsOut => Some(SeededBug::NetworkErrorLogsOut),
            Self::StealWithoutTerm => Some(SeededBug::StealWithoutTerm),
            Self::AbortFreesHeldLock => Some(SeededBug::AbortFreesHeldLock),
            Self::HintTrustedAsLogin => Some(SeededBug::HintTrustedAsLogin),
            Self::SilentRestoreAfterLogout => Some(SeededBug::SilentRestoreAfterLogout),
            Self::LocalClockVerdict => Some(SeededBug::LocalClockVerdict),
            Self::ReconnectAfterTerminalClose => Some(SeededBug::ReconnectAfterTerminalClose),
            Self::UpdatesOutOfOrder => Some(SeededBug::UpdatesOutOfOrder),
        }
    }
}

impl FromStr for Bug {
    type Err = String;

    /// Reads a number (`B1`) or a name (`NoGrace`).
    fn from_str(text: &str) -> Result<Self, String> {
        let is_meant = |bug: &Self| {
            format!("B{}", bug.number()).eq_ignore_ascii_case(text)
                || format!("{bug:?}").eq_ignore_ascii_case(text)
        };
        let found = Self::ALL.into_iter().find(is_meant);
        found.ok_or_else(|| format!("expected a bug from B1 to B16, found `{text}`"))
    }
}

/// The bugs that are switched on.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct BugSet(u16);

impl BugSet {
    /// No bug is switched on.
    pub const NONE: Self = Self(0);

    /// Adds a bug.
    #[must_use]
    pub const fn with(self, bug: Bug) -> Self {
        Self(self.0 | 1 << bug as u16)
    }

    /// Returns whether a bug is switched on.
    #[must_use]
    pub const fn has(self, bug: Bug) -> bool {
        self.0 & 1 << bug as u16 != 0
    }
}

impl From<Bug> for BugSet {
    fn from(bug: Bug) -> Self {
        Self::NONE.with(bug)
    }
}
