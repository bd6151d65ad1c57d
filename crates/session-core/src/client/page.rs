//! Facts of the page, the network, the user and the other tabs.

use session_protocol::{CloseCode, EndReason, TabNotice, TabNoticeKind};

use super::{Client, Network, Outcome, life::Herald};
use crate::{
    Assurance, Presence,
    connection::Missing,
    seeded::SeededBug,
    session::{Facts, Origin, Session},
    tabs::session_hash,
};

const ANOTHER: &str = "it is about another session";
const NOBODY: &str = "no session lives here";

/// How much a page may have missed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wake {
    /// It was cut off: frozen, put into the back/forward cache, or without a network.
    Certain,
    /// Somebody looks at it again.
    Glance,
}

impl Client {
    pub(super) fn notice_received(&mut self, notice: &TabNotice) -> Outcome {
        let ours = self.is_about_ours(notice);
        if let TabNoticeKind::Asking { visible, candidate } = notice.kind
            && ours == Some(true)
            && notice.sender == self.news.me()
        {
            return self.heard_question(notice, (visible, candidate));
        }
        if !self.news.is_news(notice) {
            return Outcome::Ignored("the notice was received before");
        }
        if !notice.kind.is_of_life() {
            return match ours {
                Some(true) => self.shared(notice),
                Some(false) => Outcome::Ignored(ANOTHER),
                None => Outcome::Ignored(NOBODY),
            };
        }
        self.life_told(notice, ours)
    }

    /// The page may have missed a logout or a login.
    pub(super) fn presence_read(&mut self, presence: Presence) -> Outcome {
        const NOTHING: Outcome = Outcome::Ignored("nothing was missed");
        // The page that wrote it down may be gone, and its call with it.
        if let Presence::LogoutPending { session } = &presence
            && !matches!(self.session, Session::Starting)
            && (!session.is_empty() || self.session.facts().is_none())
        {
            self.revocation.take_over(session, self.now);
        }
        if let Presence::Present = presence
            && self.session.facts().is_none()
        {
            self.revocation.give_way();
        }
        match presence {
            Presence::LoggedOut { session } | Presence::LogoutPending { session }
                if !session.is_empty() =>
            {
                match self.session.facts() {
                    Some(facts) if facts.id == session => {
                        self.end(EndReason::LoggedOut, Herald::Tab)
                    }
                    Some(facts) if facts.is_told() => NOTHING,
                    // Perhaps it is this one, whose name will come.
                    Some(_) | None => {
                        self.revocation.leave(session_hash(&session));
                        Outcome::Acted
                    }
                }
            }
            Presence::Present
                if matches!(
                    self.session,
                    Session::Anonymous { .. } | Session::Expired { .. } | Session::LoggingOut
                ) =>
            {
                self.look_again()
            }
            Presence::Unknown
            | Presence::Present
            | Presence::LoggedOut { .. }
            | Presence::LogoutPending { .. } => NOTHING,
        }
    }

    /// Somebody logged in elsewhere: asks the server who.
    fn look_again(&mut self) -> Outcome {
        let origin = match &self.session {
            Session::Anonymous { ended, .. } => Origin::Anonymous { ended: *ended },
            Session::Expired { cause, user, .. } => Origin::Expired {
                cause: *cause,
                user: user.clone(),
            },
            Session::Restoring { origin, .. } => origin.clone(),
            Session::LoggingOut => Origin::Anonymous {
                ended: Some(EndReason::LoggedOut),
            },
            Session::Starting
            | Session::Authenticating { .. }
            | Session::Active { .. }
            | Session::Warned { .. } => {
                return Outcome::Ignored("the server is being asked already");
            }
        };
        self.restore_from(origin)
    }

    fn is_about_ours(&self, notice: &TabNotice) -> Option<bool> {
        let facts = self.session.facts();
        facts.map(|facts| session_hash(&facts.id) == notice.session)
    }

    /// A tab of this session tells of what is shared.
    fn shared(&mut self, notice: &TabNotice) -> Outcome {
        let sender = &notice.sender;
        match &notice.kind {
            TabNoticeKind::Changed => {
                self.inquiry.want_anew(self.now);
                Outcome::Acted
            }
            TabNoticeKind::Active => self.activity_reported_elsewhere(),
            TabNoticeKind::Asking { visible, candidate } => {
                self.heard_question(notice, (*visible, *candidate))
            }
            TabNoticeKind::Leading {
                term,
                socket,
                visible,
            } => self.heard_leader(sender, (*term, *socket, *visible)),
            TabNoticeKind::Resigned { term, to } => self.heard_resignation(sender, *term, to),
            TabNoticeKind::Wanting { topic, after } => self.wanted_elsewhere(topic, *after),
            TabNoticeKind::Unwanted { topic } => self.unwanted_elsewhere(topic),
            TabNoticeKind::Update { .. } => self.update_passed_on(notice),
            TabNoticeKind::LoggedIn | TabNoticeKind::LoggedOut | TabNoticeKind::Expired => {
                Outcome::Ignored("it tells of a life")
            }
        }
    }

    fn life_told(&mut self, notice: &TabNotice, ours: Option<bool>) -> Outcome {
        match (&notice.kind, ours) {
            (TabNoticeKind::LoggedIn, Some(true)) => Outcome::Ignored("it is this session"),
            (TabNoticeKind::LoggedIn, Some(false)) => {
                self.start_over();
                Outcome::Acted
            }
            (TabNoticeKind::LoggedIn, None) => {
                if let Session::Anonymous { .. } = self.session
                    && self.has_bug(SeededBug::HintTrustedAsLogin)
                {
                    let facts = Facts::unknown(notice.session.clone(), None);
                    self.session = Session::Active { facts };
                    return Outcome::Acted;
                }
                self.revocation.give_way();
                self.look_again()
            }
            (TabNoticeKind::LoggedOut, Some(true)) => self.end(EndReason::LoggedOut, Herald::Tab),
            (TabNoticeKind::Expired, Some(true)) => {
                self.inquiry.want_anew(self.now);
                Outcome::Acted
            }
            (TabNoticeKind::Expired, Some(false)) => Outcome::Ignored(ANOTHER),
            (TabNoticeKind::LoggedOut, Some(false))
                if self.session.facts().is_some_and(Facts::is_told) =>
            {
                Outcome::Ignored(ANOTHER)
            }
            (TabNoticeKind::LoggedOut, Some(false) | None) => match &self.session {
                // Perhaps it is what is being restored. If so, an answer that comes too late is
                // told by the name of its session; a server that tells none is not asked on.
                Session::Restoring { origin, .. } if notice.session == session_hash("") => {
                    self.give_up_restoring(origin.clone(), EndReason::LoggedOut, Herald::Tab)
                }
                Session::Restoring { .. }
                | Session::Starting
                | Session::Anonymous { .. }
                | Session::Authenticating { .. }
                | Session::Expired { .. }
                | Session::LoggingOut
                | Session::Active { .. }
                | Session::Warned { .. } => {
                    self.revocation.leave(notice.session.clone());
                    Outcome::Acted
                }
            },
            (_, None) => Outcome::Ignored(NOBODY),
            (_, Some(_)) => Outcome::Ignored("it tells of no life"),
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
        self.page_seen(true);
        if !persisted {
            return self.wake(Wake::Glance);
        }
        // The browser is about to paint what it kept, whatever became of the session meanwhile.
        let window = self.policy.timing.wake_window;
        if !self.inquiry.was_answered(self.now, window) {
            self.cover();
        }
        self.wake(Wake::Certain)
    }

    /// What the browser keeps of the page is covered now: it paints before it tells.
    pub(super) fn page_left(&mut self) -> Outcome {
        self.cover();
        self.step_aside()
    }

    fn cover(&mut self) {
        if self.session.facts().is_some() {
            self.reckoning.cover();
        }
    }

    pub(super) fn page_hidden(&mut self) -> Outcome {
        self.page_seen(false);
        Outcome::Acted
    }

    /// The page may have missed anything while it did not run.
    pub(super) fn page_resumed(&mut self) -> Outcome {
        self.wake(Wake::Certain)
    }

    pub(super) fn page_focused(&mut self) -> Outcome {
        self.wake(Wake::Glance)
    }

    /// All that wakes a page leads to one question, and ends the waits that were chosen for a page
    /// that nobody looked at.
    fn wake(&mut self, wake: Wake) -> Outcome {
        let stale = self.reckoning.is_stale(self.policy.timing.stale_after);
        let parked = self.connection.lacks(Missing::Verdict);
        let covered = self.reckoning.assurance() == Assurance::Covered;
        let asks = wake == Wake::Certain || stale || parked || covered;
        if asks && self.session.facts().is_some() {
            let window = self.policy.timing.wake_window;
            self.inquiry.wake(self.now, window);
        }
        self.token.end_wait(self.now);
        self.inquiry.end_wait(self.now);
        self.revocation.end_wait(self.now);
        self.connection.end_wait();
        self.step_up();
        Outcome::Acted
    }

    pub(super) fn went_online(&mut self) -> Outcome {
        if self.network == Network::Online {
            return Outcome::Ignored("the network was there");
        }
        self.network = Network::Online;
        self.connection.resume(Missing::Network);
        self.wait_for_leader();
        self.wake(Wake::Certain)
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
}
