//! A session and its refresh family, as they are stored.
//!
//! Invariant: what never changes after the login is outside of [`SessionState`], so that nothing
//! but an end can be written to it.

use serde::{Deserialize, Serialize};
use session_protocol::{EndReason, User};

use crate::Moment;

/// A session as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionRow {
    /// Identifier; not a credential.
    pub id: String,
    /// Identifier of the refresh family; names the cookie.
    pub family: String,
    /// Whose session it is.
    pub user: User,
    /// Login.
    pub created_at: Moment,
    /// The session ends here, whatever happens.
    pub absolute_deadline: Moment,
    /// Whether the cookie outlives the browser.
    pub remember_me: bool,
    /// `User-Agent` of the login.
    pub user_agent: String,
    /// Network address of the login.
    pub address: String,
    /// What changes while it lives.
    pub state: SessionState,
    /// Counts the writes to this session, its end among them.
    pub version: i64,
    /// Why it ended, once it has.
    pub ended: Option<EndReason>,
}

/// What changes of a session while it lives.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionState {
    /// Last activity or extension.
    pub last_active_at: Moment,
    /// The session ends here unless there is activity before.
    pub idle_deadline: Moment,
    /// When its user last proved by a password to be there.
    pub auth_time: Moment,
    /// Generation of the current refresh token.
    pub generation: i64,
    /// When the current refresh token replaced its predecessor, or was issued again.
    pub rotated_at: Option<Moment>,
    /// When the current refresh token, or an access token issued with it, was first presented.
    pub successor_seen_at: Option<Moment>,
    /// How often the predecessor was tolerated since the rotation.
    pub grace_uses: u32,
}

impl SessionState {
    /// Returns the state of a session that begins now, with a password.
    #[must_use]
    pub const fn begun(now: Moment, idle_deadline: Moment) -> Self {
        Self {
            last_active_at: now,
            idle_deadline,
            auth_time: now,
            generation: 0,
            rotated_at: None,
            successor_seen_at: None,
            grace_uses: 0,
        }
    }
}

impl SessionRow {
    /// Returns the row that is stored once `state` has been swapped in.
    #[must_use]
    pub fn with(self, state: SessionState) -> Self {
        Self {
            version: self.version + 1,
            state,
            ..self
        }
    }
}
