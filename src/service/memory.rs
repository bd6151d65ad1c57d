//! What the browser remembers of the last session for its next page, and for one that slept.
//!
//! Invariants: no secret; what cannot be kept is asked of the server, which is right too; what is
//! read is a hint.

use session_core::{Input, Milestone, Presence, level_after};
use session_protocol::TabNotice;

use super::driver::Driver;

const PRESENCE: &str = "presence";
const LEVEL: &str = "level";

/// The marks; behind that of a pending logout stands the identifier of the session.
const PRESENT: &str = "present";
const LOGGED_OUT: &str = "logged-out";
const LOGOUT_PENDING: &str = "logout-pending";

impl Driver {
    pub(super) fn presence(&self) -> Presence {
        let kept = self.shelf.read(PRESENCE).unwrap_or_default();
        let (mark, session) = kept.split_once(' ').unwrap_or((&kept, ""));
        match mark {
            PRESENT => Presence::Present,
            LOGGED_OUT => Presence::LoggedOut,
            LOGOUT_PENDING => Presence::LogoutPending {
                session: session.to_owned(),
            },
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
            Presence::LoggedOut => LOGGED_OUT.to_owned(),
            Presence::LogoutPending { session } => [LOGOUT_PENDING, " ", &session].concat(),
        };
        self.shelf.write(PRESENCE, &kept).unwrap_or_default();
    }

    /// Keeps what a notice to the other tabs says to those that sleep.
    pub(super) fn keep_level(&self, notice: &TabNotice) {
        if !notice.kind.is_of_life() {
            return;
        }
        match level_after(self.end(), notice) {
            Some(end) => self.shelf.write(LEVEL, &end.encode()).unwrap_or_default(),
            None => self.shelf.remove(LEVEL),
        }
    }

    fn end(&self) -> Option<TabNotice> {
        let kept = self.shelf.read(LEVEL)?;
        TabNotice::decode(&kept).ok()
    }

    /// What a page learns first when it wakes.
    pub(super) fn level(&self) -> Input {
        Input::LevelRead {
            presence: self.presence(),
            end: self.end(),
        }
    }
}
