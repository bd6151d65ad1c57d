//! Facts of the page, the network, the user and the other tabs.

use session_protocol::{CloseCode, EndReason, TabNotice, TabNoticeKind};

use super::{Client, Network, Outcome, life::Herald};
use crate::{
    connection::Missing,
    session::{Origin, Session},
    tabs::session_hash,
};

impl Client {
    pub(super) fn notice_received(&mut self, notice: &TabNotice) -> Outcome {
        if !self.tabs.is_news(notice) {
            return Outcome::Ignored("the notice was received before");
        }
        let ours = self
            .session
            .facts()
            .map(|facts| session_hash(&facts.id) == notice.session);
        match (notice.kind, ours) {
            (TabNoticeKind::LoggedIn, Some(true)) => Outcome::Ignored("it is this session"),
            (TabNoticeKind::LoggedIn, Some(false)) => {
                self.start_over();
                Outcome::Acted
            }
            (TabNoticeKind::LoggedIn, None) => match &self.session {
                Session::Anonymous { ended, .. } => {
                    let origin = Origin::Anonymous { ended: *ended };
                    self.restore_from(origin)
                }
                Session::Expired { cause, user, .. } => {
                    let origin = Origin::Expired {
                        cause: *cause,
                        user: user.clone(),
                    };
                    self.restore_from(origin)
                }
                Session::Restoring { origin } => {
                    let origin = origin.clone();
                    self.restore_from(origin)
                }
                Session::Starting
                | Session::Authenticating { .. }
                | Session::LoggingOut { .. }
                | Session::Active { .. }
                | Session::Warned { .. } => Outcome::Ignored("the server is being asked already"),
            },
            (TabNoticeKind::LoggedOut, Some(true)) => self.end(EndReason::LoggedOut, Herald::Tab),
            (TabNoticeKind::Expired, Some(true)) => {
                self.inquiry.want(self.now);
                Outcome::Acted
            }
            (TabNoticeKind::LoggedOut | TabNoticeKind::Expired, Some(false)) => {
                Outcome::Ignored("it is about another session")
            }
            (TabNoticeKind::LoggedOut | TabNoticeKind::Expired, None) => {
                Outcome::Ignored("no session lives here")
            }
        }
    }

    pub(super) fn user_was_active(&mut self) -> Outcome {
        if !matches!(self.session, Session::Active { .. }) {
            return Outcome::Ignored("only an active session is kept alive by activity");
        }
        self.activity.note(self.now);
        Outcome::Acted
    }

    pub(super) fn page_shown(&mut self, persisted: bool) -> Outcome {
        let hidden_for = self
            .hidden_since
            .take()
            .map(|since| self.now.saturating_sub(since));
        let long = hidden_for.is_some_and(|time| time >= self.policy.timing.hidden_check);
        if persisted || long {
            self.ask_if_live();
        }
        self.token.end_wait(self.now);
        self.connection.end_wait();
        Outcome::Acted
    }

    pub(super) fn page_hidden(&mut self) -> Outcome {
        self.hidden_since.get_or_insert(self.now);
        Outcome::Acted
    }

    pub(super) fn went_online(&mut self) -> Outcome {
        if self.network == Network::Online {
            return Outcome::Ignored("the network was there");
        }
        self.network = Network::Online;
        self.token.end_wait(self.now);
        self.inquiry.end_wait(self.now);
        self.connection.resume(Missing::Network);
        self.ask_if_live();
        Outcome::Acted
    }

    pub(super) fn went_offline(&mut self) -> Outcome {
        if self.network == Network::Offline {
            return Outcome::Ignored("the network was gone");
        }
        self.network = Network::Offline;
        let lost = self.connection.suspend(Missing::Network);
        self.close_socket(lost, CloseCode::NORMAL);
        Outcome::Acted
    }

    fn ask_if_live(&mut self) {
        if self.session.facts().is_some() {
            self.inquiry.want(self.now);
        }
    }
}
