//! What the browser remembers of the last session for its next page, and for one that slept.
//!
//! Invariants: no secret; what cannot be kept is asked of the server, which is right too; what is
//! read is a hint.

use session_core::{Milestone, Presence};

use super::driver::Driver;

const PRESENCE: &str = "presence";

/// The marks; behind those that end with a space stands the identifier of the session.
const PRESENT: &str = "present";
const LOGGED_OUT: &str = "logged-out ";
const LOGOUT_PENDING: &str = "logout-pending ";

impl Driver {
    pub(super) fn presence(&self) -> Presence {
        let kept = self.shelf.read(PRESENCE).unwrap_or_default();
        let session = |mark| kept.strip_prefix(mark).map(ToOwned::to_owned);
        if let Some(session) = session(LOGGED_OUT) {
            Presence::LoggedOut { session }
        } else if let Some(session) = session(LOGOUT_PENDING) {
            Presence::LogoutPending { session }
        } else if kept == PRESENT {
            Presence::Present
        } else {
            Presence::Unknown
        }
    }

    pub(super) fn remember(&self, milestone: &Milestone) {
        let kept = match self.presence().after(milestone) {
            Presence::Unknown => {
                self.shelf.remove(PRESENCE);
                return;
            }
            Presence::Present => PRESENT.to_owned(),
            Presence::LoggedOut { session } => [LOGGED_OUT, &session].concat(),
            Presence::LogoutPending { session } => [LOGOUT_PENDING, &session].concat(),
        };
        if self.shelf.write(PRESENCE, &kept).is_err() {
            // The mark before it would say what is not so any more.
            self.shelf.remove(PRESENCE);
        }
    }
}
