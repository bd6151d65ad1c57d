//! The session part: who is logged in, until when, and what the user is being asked.
//!
//! Invariant: each state owns the data that makes sense in it and no other, so that there is, for
//! example, no user without a session and no warning after the end.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use session_protocol::{ActiveSession, EndReason, User, WarningCause, http::LoginRequest};

use crate::{CallId, policy::END_SLACK};

/// The life of the session, in the order in which it goes.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Session {
    /// The shell has not said yet what this browser remembers.
    Starting,
    /// Nobody knows yet whether this browser has a session; the server is being asked.
    Restoring { origin: Origin, prompt: Prompt },
    /// Nobody is logged in.
    Anonymous {
        ended: Option<EndReason>,
        failure: Option<LoginFailure>,
    },
    /// Credentials are on their way, or wait until an earlier logout has been delivered.
    Authenticating {
        attempt: Attempt,
        email: String,
        origin: Origin,
    },
    /// The session lives.
    Active { facts: Facts },
    /// The session lives and its end is near.
    Warned {
        facts: Facts,
        warning: Ending,
        extension: Extending,
    },
    /// The session ended while the user was working; the page waits for a login in place.
    Expired {
        cause: EndReason,
        user: Arc<User>,
        failure: Option<LoginFailure>,
    },
    /// The user logged out; the server is being told.
    LoggingOut,
}

/// Why the server is asked whether there is a session.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Prompt {
    /// The page began.
    Start,
    /// Something hinted at a session, perhaps wrongly.
    Hint,
}

/// How far a login is.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Attempt {
    Held(LoginRequest),
    Sent(CallId),
}

/// Where a login or a restore began, and where it falls back to.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Origin {
    Anonymous { ended: Option<EndReason> },
    Expired { cause: EndReason, user: Arc<User> },
}

/// What the server told about a living session, anchored on the monotonic clock.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Facts {
    pub(crate) id: String,
    pub(crate) user: Arc<User>,
    /// Whose expired page this session continues, until the server tells who it is now.
    pub(crate) follows: Option<Arc<User>>,
    idle_ends: Option<Duration>,
    absolute_ends: Option<Duration>,
    lead: Duration,
    extendable: bool,
}

/// The end that a warning announces.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Ending {
    pub(crate) at: Duration,
    pub(crate) cause: WarningCause,
    pub(crate) extendable: bool,
}

/// How far an extension is, inside.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Extending {
    Offered,
    Requested {
        call: CallId,
        unauthorized: Unauthorized,
    },
    Retrying {
        at: Duration,
        unauthorized: Unauthorized,
    },
    Refused,
}

/// Whether an extension was already refused for its token.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Unauthorized {
    Never,
    Once,
}

/// How far an extension is, as the user interface shows it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Extension {
    /// The user can ask for it.
    Offered,
    /// The server is being asked.
    Busy,
    /// The server refused; the session will end.
    Refused,
}

/// Why a login did not succeed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum LoginFailure {
    /// Email and password do not belong together.
    WrongCredentials,
    /// Too many attempts.
    TooManyAttempts {
        /// Seconds to wait, if the server told.
        retry_after_seconds: Option<u64>,
    },
    /// The server could not be reached.
    Unreachable,
    /// The server refused for another reason, or is out of order.
    Unavailable,
}

impl Origin {
    /// Returns to where the attempt began.
    pub(crate) fn fall_back(self, failure: Option<LoginFailure>) -> Session {
        match self {
            Self::Anonymous { ended } => Session::Anonymous { ended, failure },
            Self::Expired { cause, user } => Session::Expired {
                cause,
                user,
                failure,
            },
        }
    }
}

impl Facts {
    pub(crate) fn anchored(session: &ActiveSession, now: Duration) -> Self {
        let ends = |remaining: Option<Duration>| remaining.map(|rest| now.saturating_add(rest));
        Self {
            id: session.id.clone(),
            user: Arc::new(session.user.clone()),
            follows: None,
            idle_ends: ends(session.idle_remaining),
            absolute_ends: ends(session.absolute_remaining),
            lead: session.warning_lead,
            extendable: session.extendable,
        }
    }

    /// What is known of a session when the backend tells nothing but a token.
    pub(crate) fn unknown(email: String, follows: Option<Arc<User>>) -> Self {
        Self {
            id: String::new(),
            user: Arc::new(User {
                id: email.clone(),
                email,
                name: String::new(),
            }),
            follows,
            idle_ends: None,
            absolute_ends: None,
            lead: Duration::ZERO,
            extendable: false,
        }
    }

    /// Returns whether the server told the session, rather than nothing but a token.
    pub(crate) const fn is_told(&self) -> bool {
        !self.id.is_empty()
    }

    fn forget_limits(&mut self) {
        self.idle_ends = None;
        self.absolute_ends = None;
    }

    pub(crate) fn nearest_end(&self) -> Option<Ending> {
        let ending = |at, cause, extendable| Ending {
            at,
            cause,
            extendable,
        };
        let idle = self
            .idle_ends
            .map(|at| ending(at, WarningCause::Idle, self.extendable));
        let absolute = self
            .absolute_ends
            .map(|at| ending(at, WarningCause::Absolute, false));
        match (idle, absolute) {
            (Some(idle), Some(absolute)) if absolute.at <= idle.at => Some(absolute),
            (Some(idle), _) => Some(idle),
            (None, absolute) => absolute,
        }
    }

    fn warn_at(&self) -> Option<Duration> {
        self.nearest_end()
            .map(|ending| ending.at.saturating_sub(self.lead))
    }
}

impl Session {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Starting => "Starting",
            Self::Restoring { .. } => "Restoring",
            Self::Anonymous { .. } => "Anonymous",
            Self::Authenticating { .. } => "Authenticating",
            Self::Active { .. } => "Active",
            Self::Warned { .. } => "Warned",
            Self::Expired { .. } => "Expired",
            Self::LoggingOut => "LoggingOut",
        }
    }

    /// Returns the facts if the session lives.
    pub(crate) fn facts(&self) -> Option<&Facts> {
        match self {
            Self::Active { facts } | Self::Warned { facts, .. } => Some(facts),
            Self::Starting
            | Self::Restoring { .. }
            | Self::Anonymous { .. }
            | Self::Authenticating { .. }
            | Self::Expired { .. }
            | Self::LoggingOut => None,
        }
    }

    /// Forgets the limits, because the backend cannot tell them. A warning whose time has passed
    /// goes with them: nobody can confirm it, and no local clock ends a session.
    pub(crate) fn forget_limits(&mut self, now: Duration) {
        match self {
            Self::Active { facts } => facts.forget_limits(),
            Self::Warned { facts, warning, .. } => {
                facts.forget_limits();
                if warning.at <= now {
                    self.clear_warning();
                }
            }
            Self::Starting
            | Self::Restoring { .. }
            | Self::Anonymous { .. }
            | Self::Authenticating { .. }
            | Self::Expired { .. }
            | Self::LoggingOut => {}
        }
    }

    /// Takes fresh facts in: the session is Active, or Warned if its end is nearer than the lead.
    /// An administrator's warning stays, because the limits do not show it.
    pub(crate) fn learn(&mut self, facts: Facts, now: Duration) {
        let mut kept = Extending::Offered;
        if let Self::Warned {
            warning, extension, ..
        } = *self
        {
            if warning.cause == WarningCause::Admin && warning.at > now {
                *self = Self::Warned {
                    facts,
                    warning,
                    extension,
                };
                return;
            }
            kept = extension;
        }
        *self = match facts.nearest_end() {
            Some(warning) if facts.warn_at().is_some_and(|at| at <= now) => Self::Warned {
                facts,
                warning,
                extension: kept,
            },
            Some(_) | None => Self::Active { facts },
        };
    }

    /// Takes a warning in; the newest one counts.
    pub(crate) fn warn(&mut self, warning: Ending) -> bool {
        let (facts, extension) = match self {
            Self::Active { facts } => (facts.clone(), Extending::Offered),
            Self::Warned {
                facts, extension, ..
            } => (facts.clone(), *extension),
            Self::Starting
            | Self::Restoring { .. }
            | Self::Anonymous { .. }
            | Self::Authenticating { .. }
            | Self::Expired { .. }
            | Self::LoggingOut => return false,
        };
        *self = Self::Warned {
            facts,
            warning,
            extension,
        };
        true
    }

    /// The session was extended: whatever was announced does not hold any more.
    pub(crate) fn clear_warning(&mut self) {
        if let Self::Warned { facts, .. } = self {
            *self = Self::Active {
                facts: facts.clone(),
            };
        }
    }

    /// Returns when the server has to be asked how the session is.
    pub(crate) fn question_at(&self) -> Option<Duration> {
        match self {
            Self::Active { facts } => facts.warn_at(),
            Self::Warned { warning, .. } => Some(warning.at.saturating_add(END_SLACK)),
            Self::Starting => None,
            Self::Restoring { .. } => None,
            Self::Anonymous { .. } => None,
            Self::Authenticating { .. } => None,
            Self::Expired { .. } => None,
            Self::LoggingOut => None,
        }
    }

    /// Returns the end that is announced, if one is.
    pub(crate) const fn warned_of(&self) -> Option<Duration> {
        if let Self::Warned { warning, .. } = self {
            Some(warning.at)
        } else {
            None
        }
    }

    /// Returns the known end of the session, with the slack for the server's clock.
    pub(crate) fn known_end(&self) -> Option<Duration> {
        let nearest = self.facts()?.nearest_end().map(|ending| ending.at);
        let end = self.warned_of().or(nearest)?;
        Some(end.saturating_add(END_SLACK))
    }

    /// Returns when a failed extension is tried again, and whether its token was refused.
    pub(crate) fn extension_retry(&self) -> Option<(Duration, Unauthorized)> {
        if let Self::Warned {
            extension: Extending::Retrying { at, unauthorized },
            ..
        } = self
        {
            Some((*at, *unauthorized))
        } else {
            None
        }
    }
}
