//! What the browser remembers of the last session for its next page, and for one that slept.
//!
//! Invariants: no secret; what cannot be kept is asked of the server, which is right too; what is
//! read is a hint.

use session_core::{Milestone, Presence};

use super::driver::Driver;

const PRESENCE: &str = "presence";

/// The marks; behind those of a logout stands the identifier of the session.
const PRESENT: &str = "present";
const LOGGED_OUT: &str = "logged-out";
const LOGOUT_PENDING: &str = "logout-pending";

impl Driver {
    pub(super) fn presence(&self) -> Presence {
        let kept = self.shelf.read(PRESENCE).unwrap_or_default();
        let (mark, session) = kept.split_once(' ').unwrap_or((&kept, ""));
        let session = session.to_owned();
        match mark {
            PRESENT => Presence::Present,
            LOGGED_OUT => Presence::LoggedOut { session },
            LOGOUT_PENDING => Presence::LogoutPending { session },
            _ => Presence::Unknown,
        }
    }

    pub(super) fn remember(&self, milestone: &Milestone) {
        let kept = match self.presence().after(milestone) {
            Presence::Unknown => {
                self.shelf.remove(PRESENCE);
                return;
            }
            Presence::Present => PRESENT.to_owned(),
            Presence::LoggedOut { session } => [LOGGED_OUT, " ", &session].concat(),
            Presence::LogoutPending { session } => [LOGOUT_PENDING, " ", &session].concat(),
        };
        self.shelf.write(PRESENCE, &kept).unwrap_or_default();
    }
}
