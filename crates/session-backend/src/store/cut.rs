//! Many sessions that end together.
//!
//! Invariants: a cut ends whatever lives while it is made, besides what is spared by name; what a
//! fail-over took back, and a server brings again, ends as well; a cut that is repeated after a
//! fail-over leaves alone what began after it.

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
