//! Where sessions begin and end. Each has one door, whoever knocks.
//!
//! Invariants: each passage through a door advances the epoch; after [`Client::end`] there is no
//! token, no socket, no held request and no open question, and a second knock changes nothing.

use std::time::Duration;

use session_protocol::{CloseCode, EndReason, Secret, TabNoticeKind, User, http::TokenResponse};

use super::{Client, Outcome};
use crate::{
    Effect, Milestone, RequestFailure,
    activity::Activity,
    seeded::SeededBug,
    session::{Facts, Origin, Prompt, Session},
    tabs::session_hash,
};

/// Who brought the news of an end, and so who need not be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Herald {
    /// By a message or an answer about this session.
    Server,
    /// By an answer to a call with the cookie as it was then, which may be another session's.
    Answer,
    Tab,
    User,
}

impl Client {
    /// Begins a session: the one way into Active.
    pub(super) fn begin(&mut self, grant: TokenResponse, origin: Origin, email: String) {
        self.epoch.advance();
        let previous = match origin {
            Origin::Expired { user, .. } => Some(user),
            Origin::Anonymous { .. } => None,
        };
        let facts = if let Some(session) = &grant.session {
            if let Some(previous) = previous {
                self.forget_stranger(&previous, &session.user);
            }
            Facts::anchored(session, self.now)
        } else {
            self.inquiry.want(self.now);
            Facts::unknown(email, previous)
        };
        self.take_token(grant.access_token, grant.expires_in);
        self.reckoning.verify();
        // The server ended the earlier session when it let this one in.
        self.revocation.settle();
        self.session = Session::Active {
            facts: facts.clone(),
        };
        self.session.learn(facts, self.now);
        self.activity = Activity::Quiet;
        self.connection.forget_hold();
        self.join_tabs();
    }

    /// Ends the session: the one way out, for every verdict from whatever source.
    pub(super) fn end(&mut self, reason: EndReason, herald: Herald) -> Outcome {
        if self.has_bug(SeededBug::ExpiryWithoutEpoch) && self.epoch.number() >= 3 {
            return Outcome::Ignored("an expiry has been handled");
        }
        let by_user = reason == EndReason::LoggedOut;
        let next = match &self.session {
            Session::Active { .. } | Session::Warned { .. } if by_user => Session::Anonymous {
                ended: Some(reason),
                failure: None,
            },
            Session::Active { facts } | Session::Warned { facts, .. } => Session::Expired {
                cause: reason,
                user: facts.user.clone(),
                failure: None,
            },
            Session::Starting => return Outcome::Ignored("the client has not started"),
            Session::Restoring { origin, .. } => {
                return self.give_up_restoring(origin.clone(), reason, herald);
            }
            Session::Anonymous { .. } => return Outcome::Ignored("nobody is logged in"),
            Session::Authenticating { .. } => {
                return Outcome::Ignored("the next login is under way");
            }
            Session::Expired { .. } => return Outcome::Ignored("the session has already expired"),
            Session::LoggingOut => {
                return Outcome::Ignored("the user has already logged out");
            }
        };
        let kind = if by_user && herald != Herald::Answer {
            TabNoticeKind::LoggedOut
        } else {
            TabNoticeKind::Expired
        };
        self.leave(reason, herald);
        if let Herald::Server | Herald::Answer = herald {
            self.notify(kind, None);
        }
        self.session = next;
        self.epoch.advance();
        Outcome::Acted
    }

    /// Has the drafts of the previous user deleted, if the present one is certainly another. The
    /// server may not have told the previous one, who is then known by the login name only.
    pub(super) fn forget_stranger(&mut self, previous: &User, present: &User) {
        if previous.id != present.id && previous.id != present.email {
            self.order(Effect::ForgetDrafts {
                user: previous.id.clone(),
            });
        }
    }

    /// Does what every end of a living session has in common.
    pub(super) fn leave(&mut self, reason: EndReason, herald: Herald) {
        let facts = self.session.facts();
        let user = facts.map(|facts| facts.user.id.clone());
        let session = facts.map(|facts| facts.id.clone());
        self.release();
        self.order(Effect::ClearProtectedState { reason });
        if reason == EndReason::LoggedOut && herald != Herald::Answer {
            if let Some(user) = user {
                self.order(Effect::ForgetDrafts { user });
            }
            if let Some(session) = &session {
                self.revocation.leave(session_hash(session));
            }
        }
        self.remember_end(reason, herald, session);
    }

    /// Has the end written down. That somebody else left what was being restored is written by the
    /// tab that tells of it.
    fn remember_end(&mut self, reason: EndReason, herald: Herald, session: Option<String>) {
        let milestone = match (reason, herald, session) {
            (EndReason::LoggedOut, Herald::Server, session) => {
                let session = session.unwrap_or_default();
                Milestone::LoggedOut { session }
            }
            // Whose logout it was is not known.
            (EndReason::LoggedOut, Herald::Answer, _) => {
                let session = String::new();
                Milestone::LoggedOut { session }
            }
            (EndReason::LoggedOut, Herald::Tab, Some(session)) => {
                Milestone::LeftElsewhere { session }
            }
            (EndReason::LoggedOut, Herald::User, Some(session)) => Milestone::Left { session },
            (EndReason::LoggedOut, Herald::Tab | Herald::User, None) => return,
            (
                EndReason::SessionTimeout
                | EndReason::AbsoluteTimeout
                | EndReason::Revoked
                | EndReason::ReuseDetected
                | EndReason::AccountDisabled
                | EndReason::Replaced
                | EndReason::NoSession,
                Herald::Server | Herald::Answer | Herald::Tab | Herald::User,
                _,
            ) => Milestone::Ended,
        };
        self.order(Effect::Remember(milestone));
    }

    /// Another session took this one's place in the browser: shows less and asks the server who is
    /// logged in.
    pub(super) fn start_over(&mut self) {
        let Some(facts) = self.session.facts() else {
            return;
        };
        let origin = Origin::Expired {
            cause: EndReason::Replaced,
            user: facts.user.clone(),
        };
        self.release();
        self.order(Effect::ClearProtectedState {
            reason: EndReason::Replaced,
        });
        let prompt = Prompt::Hint;
        self.session = Session::Restoring { origin, prompt };
        self.epoch.advance();
    }

    /// The same user has another session: the page and its life go on, and what belonged to the
    /// session before goes. What it is still told counts for nothing.
    pub(super) fn change_session(&mut self) {
        self.wipe_token();
        self.token.begin_session();
        self.inquiry.settle();
        self.activity_call = None;
        self.leave_tabs();
        let lost = self.connection.stop();
        self.close_socket(lost, CloseCode::NORMAL);
        self.connection.forget_hold();
        self.session.clear_warning();
    }

    /// Lets token, socket, question and requests go. The application is about to lose its data, so
    /// that the topics start over too.
    fn release(&mut self) {
        self.activity_call = None;
        self.wipe_token();
        self.leave_tabs();
        self.inquiry.settle();
        self.reckoning.verify();
        self.activity = Activity::Quiet;
        self.topics.forget_positions();
        let lost = self.connection.stop();
        self.close_socket(lost, CloseCode::NORMAL);
        self.fail_requests();
    }

    /// There is nothing to restore.
    pub(super) fn give_up_restoring(
        &mut self,
        origin: Origin,
        reason: EndReason,
        herald: Herald,
    ) -> Outcome {
        self.wipe_token();
        self.inquiry.settle();
        self.fail_requests();
        let origin = match origin {
            Origin::Anonymous { .. } => {
                let ended = Some(reason).filter(|reason| *reason != EndReason::NoSession);
                Origin::Anonymous { ended }
            }
            Origin::Expired { .. } => origin,
        };
        let hinted = matches!(
            self.session,
            Session::Restoring {
                prompt: Prompt::Hint,
                ..
            }
        );
        self.session = origin.fall_back(None);
        // A hint that came to nothing takes nothing back that another page wrote down.
        let certain = !hinted || reason == EndReason::LoggedOut;
        if certain {
            self.remember_end(reason, herald, None);
        }
        Outcome::Acted
    }

    pub(super) fn fail_requests(&mut self) {
        for request in self.requests.take_all() {
            let failure = RequestFailure::SessionEnded;
            self.order(Effect::FailRequest { request, failure });
        }
    }

    /// Forgets the token, and gives up the turn to refresh.
    pub(super) fn wipe_token(&mut self) {
        let lock = self.token.lock();
        self.token.wipe();
        self.release_lock(lock);
    }

    pub(super) fn take_token(&mut self, token: Secret, lifetime: Duration) {
        let timing = &self.policy.timing;
        self.token
            .grant(token, lifetime, self.now, timing, &mut self.draw);
    }

    /// Tells the other tabs about this session, or about the one with the given identifier.
    pub(super) fn notify(&mut self, kind: TabNoticeKind, session: Option<String>) {
        let current = || self.session.facts().map(|facts| facts.id.clone());
        if self.policy.notifies_tabs
            && let Some(session) = session.or_else(current)
        {
            let notice = self.news.notice(kind, self.epoch, &session);
            self.order(Effect::NotifyTabs(notice));
        }
    }
}
