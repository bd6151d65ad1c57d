//! What the server answered to the client's own HTTP calls.
//!
//! Invariant: an answer that nobody waits for changes nothing, whatever it says.

use session_protocol::{
    ActiveSession, EndReason, SessionStatus, TabNoticeKind, http::TokenResponse,
};

use super::{Client, Outcome, life::Herald};
use crate::{
    CallId, HttpFailure, LoginFailure, Presence, backoff,
    connection::Missing,
    session::{Extending, Facts, Origin, Session},
};

const STALE: Outcome = Outcome::Ignored("nobody waits for this answer any more");

impl Client {
    pub(super) fn started(&mut self, presence: Presence) -> Outcome {
        match presence {
            Presence::Present => {}
            Presence::Unknown => self.inquiry.want(self.now),
            Presence::LoggedOut => {
                self.session = Session::Anonymous {
                    ended: None,
                    failure: None,
                };
            }
        }
        Outcome::Acted
    }

    pub(super) fn login_succeeded(&mut self, call: CallId, grant: TokenResponse) -> Outcome {
        if let Session::Authenticating {
            call: awaited,
            email,
            origin,
        } = &self.session
            && *awaited == call
        {
            let (origin, email) = (origin.clone(), email.clone());
            self.begin(grant, origin, email);
            self.notify(TabNoticeKind::LoggedIn, None);
            return Outcome::Acted;
        }
        STALE
    }

    pub(super) fn login_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if let Session::Authenticating {
            call: awaited,
            origin,
            ..
        } = &self.session
            && *awaited == call
        {
            self.session = origin.clone().fall_back(Some(login_failure(failure)));
            return Outcome::Acted;
        }
        STALE
    }

    pub(super) fn refresh_succeeded(&mut self, call: CallId, grant: TokenResponse) -> Outcome {
        if !self.token.awaits(call) {
            return STALE;
        }
        if let Session::Restoring { origin } = &self.session {
            let (origin, email) = (origin.clone(), String::new());
            self.begin(grant, origin, email);
            return Outcome::Acted;
        }
        let Some(facts) = self.session.facts() else {
            return STALE;
        };
        if let Some(session) = &grant.session {
            if session.user.id != facts.user.id {
                return self.end(EndReason::Replaced, Herald::Server);
            }
            let facts = Facts::anchored(session, self.now);
            self.session.learn(facts, self.now);
        }
        self.take_token(grant.access_token, grant.expires_in);
        self.hand_token_to_socket();
        Outcome::Acted
    }

    pub(super) fn refresh_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if !self.token.awaits(call) {
            return STALE;
        }
        if let Some(reason) = failure.end_reason() {
            return self.end(reason, Herald::Server);
        }
        if !failure.is_transient() {
            if let Session::Restoring { origin } = &self.session {
                return self.give_up_restoring(origin.clone(), EndReason::NoSession);
            }
            self.inquiry.want(self.now);
        }
        let timing = &self.policy.timing;
        self.token
            .cool_down(self.now, failure.retry_after(), timing, &mut self.draw);
        Outcome::Acted
    }

    pub(super) fn session_answered(&mut self, call: CallId, status: &SessionStatus) -> Outcome {
        if !self.inquiry.awaits(call) {
            return STALE;
        }
        self.inquiry.settle();
        match status {
            SessionStatus::Ended { reason } => {
                let restoring = matches!(self.session, Session::Restoring { .. });
                let unsaid = if restoring {
                    EndReason::NoSession
                } else {
                    EndReason::SessionTimeout
                };
                self.end(reason.unwrap_or(unsaid), Herald::Server)
            }
            SessionStatus::Active(session) => {
                self.connection.resume(Missing::Verdict);
                self.learn(session)
            }
        }
    }

    /// Takes in what the server told about the session, if it is about the same user.
    pub(super) fn learn(&mut self, session: &ActiveSession) -> Outcome {
        let Some(facts) = self.session.facts() else {
            return Outcome::Acted;
        };
        // A backend that sent no session with the token tells the user only here.
        if !facts.id.is_empty() && facts.user.id != session.user.id {
            self.start_over();
            return Outcome::Acted;
        }
        let facts = Facts::anchored(session, self.now);
        self.session.learn(facts, self.now);
        Outcome::Acted
    }

    pub(super) fn session_unanswered(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if !self.inquiry.awaits(call) {
            return STALE;
        }
        if let Some(reason) = failure.end_reason() {
            self.inquiry.settle();
            return self.end(reason, Herald::Server);
        }
        if failure.is_transient() {
            self.inquiry
                .postpone(self.now, failure.retry_after(), &mut self.draw);
            return Outcome::Acted;
        }
        // The backend has no such call: the token and the socket remain to tell.
        self.inquiry.settle();
        self.session.forget_limits();
        self.connection.resume(Missing::Verdict);
        Outcome::Acted
    }

    pub(super) fn extended(&mut self, call: CallId, session: &ActiveSession) -> Outcome {
        if !self.awaits_extension(call) {
            return STALE;
        }
        self.session.clear_warning();
        self.learn(session)
    }

    pub(super) fn extension_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if !self.awaits_extension(call) {
            return STALE;
        }
        if let Some(reason) = failure.end_reason() {
            return self.end(reason, Herald::Server);
        }
        if failure.is_transient() {
            let wait = failure
                .retry_after()
                .unwrap_or_else(|| backoff::wait(2, &mut self.draw));
            let at = self
                .now
                .saturating_add(wait.max(self.policy.timing.inquiry_gap));
            self.settle_extension(Extending::Retrying { at });
        } else if matches!(failure, HttpFailure::Refused { status: 401, .. }) {
            // The token is stale, not the session: a fresh one comes, then the retry.
            if let Some(number) = self.token.usable(self.now).map(|held| held.number) {
                self.token.reject(number);
            }
            let at = self.now.saturating_add(self.policy.timing.inquiry_gap);
            self.settle_extension(Extending::Retrying { at });
        } else {
            self.settle_extension(Extending::Refused);
        }
        Outcome::Acted
    }

    fn awaits_extension(&self, call: CallId) -> bool {
        matches!(
            self.session,
            Session::Warned { extension: Extending::Requested(awaited), .. } if awaited == call
        )
    }

    pub(super) fn settle_extension(&mut self, next: Extending) {
        if let Session::Warned { extension, .. } = &mut self.session {
            *extension = next;
        }
    }

    /// A session began in another tab, or this browser was told so: asks with the cookie.
    pub(super) fn restore_from(&mut self, origin: Origin) -> Outcome {
        self.session = Session::Restoring { origin };
        Outcome::Acted
    }
}

fn login_failure(failure: &HttpFailure) -> LoginFailure {
    match failure {
        HttpFailure::Unreachable | HttpFailure::TimedOut => LoginFailure::Unreachable,
        HttpFailure::Garbled => LoginFailure::Unavailable,
        HttpFailure::Refused {
            status: 400 | 401 | 403 | 422,
            ..
        } => LoginFailure::WrongCredentials,
        HttpFailure::Refused {
            status: 429,
            retry_after,
            ..
        } => LoginFailure::TooManyAttempts {
            retry_after_seconds: retry_after.map(|wait| wait.as_secs()),
        },
        HttpFailure::Refused { .. } => LoginFailure::Unavailable,
    }
}
