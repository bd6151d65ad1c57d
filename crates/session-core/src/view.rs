//! What a user interface may see: one value, without any secret.
//!
//! Invariants: a view carries no token; it changes only when something a person could notice
//! changes; it is serialisable, so that the client can live elsewhere than the user interface.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use session_protocol::{EndReason, User, WarningCause};

use crate::{Assurance, Extension, LoginFailure};

/// The state of the session for a user interface.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SessionView {
    /// Number of the session epoch.
    pub epoch: u64,
    /// Where the session is in its life.
    pub phase: Phase,
    /// How the socket is.
    pub connection: ConnectionStatus,
    /// Whether what is shown may be relied on.
    pub assurance: Assurance,
}

/// Where the session is in its life.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Phase {
    /// The server is being asked whether there is a session.
    Restoring,
    /// Nobody is logged in.
    Anonymous {
        /// Why the last session ended, if it did.
        ended: Option<EndReason>,
        /// How far a login is.
        login: LoginStatus,
    },
    /// The session lives.
    Active {
        /// Whose session it is.
        user: User,
    },
    /// The session lives and its end is near.
    Warned {
        /// Whose session it is.
        user: User,
        /// What to tell.
        warning: Warning,
    },
    /// The session ended; the page waits for a login in place.
    Expired {
        /// Why it ended.
        cause: EndReason,
        /// Whose session it was.
        user: User,
        /// How far a login is.
        login: LoginStatus,
    },
    /// The user logged out; the server is being told.
    LoggingOut,
}

/// How far a login is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum LoginStatus {
    /// The user can log in.
    Ready,
    /// Credentials are on their way.
    Busy,
    /// The last attempt failed.
    Failed(LoginFailure),
}

/// A warning to show.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Warning {
    /// When the session ends, on the monotonic clock. A countdown is computed from it.
    pub ends_at: Duration,
    /// Which limit is near.
    pub cause: WarningCause,
    /// Whether the user can extend the session.
    pub extendable: bool,
    /// How far an extension is.
    pub extension: Extension,
}

/// How the socket is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ConnectionStatus {
    /// Messages flow.
    Live,
    /// The first attempt is under way.
    Connecting,
    /// The connection was lost and is being restored.
    Reconnecting,
    /// The server is there and does not serve this tab: it refuses the socket for good, or gives
    /// no token. The session stays.
    Degraded,
    /// There is no network.
    Offline,
    /// No socket is wanted.
    StandingBy,
}

impl SessionView {
    /// Returns whose session lives, if one does.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match &self.phase {
            Phase::Active { user } | Phase::Warned { user, .. } => Some(user),
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Expired { .. }
            | Phase::LoggingOut => None,
        }
    }
}
