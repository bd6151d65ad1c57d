//! What the server answered to the client's own HTTP calls.
//!
//! Invariant: an answer that nobody waits for changes nothing, whatever it says.

use std::time::Duration;

use session_protocol::{
    ActiveSession, CloseCode, EndReason, SessionStatus, TabNoticeKind, http::TokenResponse,
};

use super::{Client, Outcome, life::Herald};
use crate::{
    Assurance, CallId, Effect, HttpFailure, LoginFailure, Milestone, Presence, backoff,
    connection::Missing,
    policy::UNAUTHORIZED_LIMIT,
    seeded::SeededBug,
    session::{Attempt, Extending, Facts, Origin, Prompt, Session, Unauthorized},
};

const STALE: Outcome = Outcome::Ignored("nobody waits for this answer any more");

impl Client {
    pub(super) fn started(&mut self, presence: Presence, locks: bool) -> Outcome {
        let Session::Starting = &self.session else {
            return Outcome::Ignored("the client has started already");
        };
        self.locks = locks;
        let (origin, prompt) = (Origin::Anonymous { ended: None }, Prompt::Start);
        let presence = if self.has_bug(SeededBug::SilentRestoreAfterLogout) {
            Presence::Present
        } else {
            presence
        };
        match presence {
            Presence::Present => self.session = Session::Restoring { origin, prompt },
            Presence::Unknown => {
                self.session = Session::Restoring { origin, prompt };
                self.inquiry.want(self.now);
            }
            Presence::LoggedOut { .. } => {
                self.session = origin.fall_back(None);
                self.fail_requests();
            }
            Presence::LogoutPending { session } => {
                self.session = origin.fall_back(None);
                self.fail_requests();
                self.revocation.want(session, self.now);
            }
        }
        Outcome::Acted
    }

    pub(super) fn login_succeeded(&mut self, call: CallId, grant: TokenResponse) -> Outcome {
        if let Session::Authenticating {
            attempt: Attempt::Sent(awaited),
            email,
            origin,
        } = &self.session
            && *awaited == call
        {
            let (origin, email) = (origin.clone(), email.clone());
            self.begin(grant, origin, email);
            self.order(Effect::Remember(Milestone::LoggedIn));
            self.notify(TabNoticeKind::LoggedIn, None);
            return Outcome::Acted;
        }
        STALE
    }

    pub(super) fn login_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if let Session::Authenticating {
            attempt: Attempt::Sent(awaited),
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

    /// Returns whether the refresh under way has its answer, whose turn is then over.
    fn refresh_answered(&mut self, call: CallId) -> bool {
        let awaited = self.token.awaits(call);
        if awaited {
            let lock = self.token.end_turn();
            self.release_lock(lock);
        }
        awaited
    }

    pub(super) fn refresh_succeeded(&mut self, call: CallId, grant: TokenResponse) -> Outcome {
        if !self.refresh_answered(call) {
            return STALE;
        }
        if let Session::Restoring { origin, .. } = &self.session {
            let (origin, email) = (origin.clone(), String::new());
            let told = grant.session.as_ref();
            if told.is_some_and(|session| self.revocation.was_left(&session.id)) {
                return self.give_up_restoring(origin, EndReason::LoggedOut, Herald::Tab);
            }
            self.begin(grant, origin, email);
            self.order(Effect::Remember(Milestone::Restored));
            return Outcome::Acted;
        }
        let Some(facts) = self.session.facts() else {
            return STALE;
        };
        if let Some(session) = &grant.session {
            if facts.is_told() && session.user.id != facts.user.id {
                return self.end(EndReason::Replaced, Herald::Server);
            }
            self.learn(session);
            if self.session.facts().is_none() {
                return Outcome::Acted;
            }
        }
        self.reckoning.verify();
        self.take_token(grant.access_token, grant.expires_in);
        self.hand_token_to_socket();
        Outcome::Acted
    }

    pub(super) fn refresh_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if !self.refresh_answered(call) {
            return STALE;
        }
        if let Some(reason) = failure.end_reason() {
            return self.end(reason, Herald::Answer);
        }
        if self.has_bug(SeededBug::NetworkErrorLogsOut) {
            return self.end(EndReason::SessionTimeout, Herald::Server);
        }
        if !failure.is_transient() {
            self.inquiry.want(self.now);
        }
        let told = failure.retry_after();
        self.token.cool_down(self.now, told, &mut self.draw);
        Outcome::Acted
    }

    pub(super) fn session_answered(&mut self, call: CallId, status: &SessionStatus) -> Outcome {
        let Some(asked) = self.inquiry.asked(call) else {
            return STALE;
        };
        self.inquiry.answered(self.now);
        match status {
            SessionStatus::Ended { reason } => {
                let restoring = matches!(self.session, Session::Restoring { .. });
                let unsaid = if restoring {
                    EndReason::NoSession
                } else {
                    EndReason::SessionTimeout
                };
                self.end(reason.unwrap_or(unsaid), Herald::Answer)
            }
            SessionStatus::Active(session) => {
                self.connection.resume(Missing::Verdict);
                self.connection.resume(Missing::Name);
                // The server measured between question and answer. Counted from the question, the
                // end is never later than it really is, and a countdown never grows.
                self.learn_since(session, asked)
            }
        }
    }

    /// Takes in what the server told about the session, if it is about the same user.
    pub(super) fn learn(&mut self, session: &ActiveSession) -> Outcome {
        self.learn_since(session, self.now)
    }

    /// As [`Client::learn`], with the durations counted from `since`.
    fn learn_since(&mut self, session: &ActiveSession, since: Duration) -> Outcome {
        let Some(facts) = self.session.facts() else {
            return Outcome::Acted;
        };
        if facts.is_told() && facts.user.id != session.user.id {
            self.start_over();
            return Outcome::Acted;
        }
        if !facts.is_told() && self.revocation.was_left(&session.id) {
            return self.end(EndReason::LoggedOut, Herald::Tab);
        }
        let known = facts.is_told();
        let changed = known && facts.id != session.id;
        if changed {
            self.change_session();
        }
        let Some(facts) = self.session.facts() else {
            return Outcome::Acted;
        };
        // A backend that sent no session with the token tells only here who it is.
        if let Some(previous) = facts.follows.clone() {
            self.forget_stranger(&previous, &session.user);
        }
        self.reckoning.verify();
        let facts = Facts::anchored(session, since);
        let named = !known && facts.is_told();
        self.session.learn(facts, self.now);
        if changed || (named && self.shares()) {
            let lost = self.connection.stop();
            self.close_socket(lost, CloseCode::NORMAL);
            self.join_tabs();
        }
        Outcome::Acted
    }

    pub(super) fn session_unanswered(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        if self.inquiry.asked(call).is_none() {
            return STALE;
        }
        if let Some(reason) = failure.end_reason() {
            self.inquiry.settle();
            return self.end(reason, Herald::Answer);
        }
        self.connection.resume(Missing::Name);
        let refused = self.is_refused_for_now(failure);
        if refused && let Some(number) = self.token.usable(self.now).map(|held| held.number) {
            self.token.reject(number);
        }
        if refused || failure.is_transient() {
            self.inquiry
                .postpone(self.now, failure.retry_after(), &mut self.draw);
            return Outcome::Acted;
        }
        // The backend has no such call: a refresh and the socket remain to tell.
        self.inquiry.settle();
        if let Session::Restoring { origin, .. } = &self.session
            && self.token.is_failing()
        {
            let (origin, reason) = (origin.clone(), EndReason::NoSession);
            return self.give_up_restoring(origin, reason, Herald::Server);
        }
        self.session.forget_limits(self.now);
        self.connection.resume(Missing::Verdict);
        if self.reckoning.assurance() != Assurance::Verified {
            self.refresh_token();
        }
        Outcome::Acted
    }

    /// Returns whether a question was refused in a way that says nothing of the session: its token
    /// was stale, or a proxy answered. A page without a session to lose does not wait.
    fn is_refused_for_now(&self, failure: &HttpFailure) -> bool {
        let waits = match &self.session {
            Session::Restoring { origin, .. } => matches!(origin, Origin::Expired { .. }),
            Session::Starting
            | Session::Anonymous { .. }
            | Session::Authenticating { .. }
            | Session::Active { .. }
            | Session::Warned { .. }
            | Session::Expired { .. }
            | Session::LoggingOut => true,
        };
        let unauthorized = matches!(failure, HttpFailure::Refused { status: 401, .. });
        waits && unauthorized && self.inquiry.failures() < UNAUTHORIZED_LIMIT
    }

    pub(super) fn extended(&mut self, call: CallId, session: &ActiveSession) -> Outcome {
        if self.reported_by(call) {
            return self.learn(session);
        }
        if self.awaited_extension(call).is_none() {
            return STALE;
        }
        self.notify(TabNoticeKind::Changed, None);
        self.session.clear_warning();
        self.learn(session)
    }

    pub(super) fn extension_failed(&mut self, call: CallId, failure: &HttpFailure) -> Outcome {
        let reported = self.reported_by(call);
        let awaited = self.awaited_extension(call);
        if !reported && awaited.is_none() {
            return STALE;
        }
        if let Some(reason) = failure.end_reason() {
            return self.end(reason, Herald::Server);
        }
        if let Some(told) = failure.retry_after() {
            self.extensions.hold_until(self.now.saturating_add(told));
        }
        let Some(unauthorized) = awaited else {
            return Outcome::Ignored("the next activity will be reported");
        };
        if failure.is_transient() {
            let wait = backoff::wait(2, &mut self.draw);
            let at = self
                .now
                .saturating_add(wait)
                .max(self.extensions.earliest());
            self.plan_extension(at, unauthorized);
        } else if matches!(failure, HttpFailure::Refused { status: 401, .. })
            && unauthorized == Unauthorized::Never
        {
            // The token is stale, not the session: a fresh one comes, then the one retry.
            if let Some(number) = self.token.usable(self.now).map(|held| held.number) {
                self.token.reject(number);
            }
            let at = self.extensions.earliest();
            self.plan_extension(at, Unauthorized::Once);
        } else {
            self.settle_extension(Extending::Refused);
        }
        Outcome::Acted
    }

    fn awaited_extension(&self, call: CallId) -> Option<Unauthorized> {
        if let Session::Warned {
            extension:
                Extending::Requested {
                    call: awaited,
                    unauthorized,
                },
            ..
        } = self.session
            && awaited == call
        {
            Some(unauthorized)
        } else {
            None
        }
    }

    /// Plans the next attempt to extend. There is none if the server asked for silence until after the
    /// end.
    pub(super) fn plan_extension(&mut self, at: Duration, unauthorized: Unauthorized) {
        if let Session::Warned {
            warning, extension, ..
        } = &mut self.session
        {
            *extension = if self.extensions.held_until() > warning.at {
                Extending::Refused
            } else {
                Extending::Retrying { at, unauthorized }
            };
        }
    }

    pub(super) fn settle_extension(&mut self, next: Extending) {
        if let Session::Warned { extension, .. } = &mut self.session {
            *extension = next;
        }
    }

    /// A session began in another tab: asks with the cookie as it is now. What was asked before
    /// may have asked too early.
    pub(super) fn restore_from(&mut self, origin: Origin) -> Outcome {
        self.revocation.end_wait(self.now);
        self.wipe_token();
        self.inquiry.settle();
        let prompt = Prompt::Hint;
        self.session = Session::Restoring { origin, prompt };
        Outcome::Acted
    }
}

fn login_failure(failure: &HttpFailure) -> LoginFailure {
    match failure {
        HttpFailure::Unreachable | HttpFailure::TimedOut => LoginFailure::Unreachable,
        HttpFailure::Garbled => LoginFailure::Unavailable,
        HttpFailure::Refused {
            status: 400 | 401 | 422,
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
