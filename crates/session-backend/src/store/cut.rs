//! Many sessions that end together.
//!
//! Invariant: what began after a cut is not touched by it, what began before and is spared by no
//! name ends, though a fail-over took it back and a server brings it again.

use serde::{Deserialize, Serialize};
use session_protocol::EndReason;

use super::event;
use crate::Moment;

/// The end of all sessions of a user, or of everybody.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cut {
    /// Whose sessions end; everybody's if nobody is named.
    pub user: Option<String>,
    /// The session that goes on.
    pub spared: Option<String>,
    /// Why they end.
    #[serde(with = "event::reason")]
    pub reason: EndReason,
    /// When they end.
    pub at: Moment,
}

impl Cut {
    /// Ends all sessions of a user, or of everybody, at this moment.
    #[must_use]
    pub fn whole(user: Option<&str>, reason: EndReason, at: Moment) -> Self {
        Self {
            user: user.map(str::to_owned),
            spared: None,
            reason,
            at,
        }
    }
}
