//! What a client promises somebody who left: nothing comes back by itself.

use session_core::{Command, Effect, Input, Presence, SessionView};
use session_protocol::{TabNotice, TabNoticeKind};

/// Whether the user has left, on this page or before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    started: bool,
    left: bool,
}

impl Ends {
    pub(super) fn take_note(&mut self, input: &Input, before: &SessionView) {
        match input {
            Input::Started { presence, .. } if !self.started => {
                self.started = true;
                self.left = matches!(
                    presence,
                    Presence::LoggedOut { .. } | Presence::LogoutPending { .. }
                );
            }
            Input::Commanded(Command::LogOut) if before.user().is_some() => self.left = true,
            Input::Commanded(Command::LogIn(_))
            | Input::PresenceRead {
                presence: Presence::Present,
            }
            | Input::TabNoticeReceived(TabNotice {
                kind: TabNoticeKind::LoggedIn,
                ..
            }) => self.left = false,
            _ => {}
        }
    }

    /// After a logout nobody asks for a session, until somebody logs in, here or in another tab.
    pub(super) fn nothing_comes_back(&self, effect: &Effect) {
        let asks = matches!(
            effect,
            Effect::RequestRefresh { .. } | Effect::AskSession { .. }
        );
        assert!(!self.left || !asks, "{} after a logout", effect.name());
    }
}
