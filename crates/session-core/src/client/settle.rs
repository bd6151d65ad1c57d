//! The second half of each step: orders whatever is due or missing in the state as it is.
//!
//! Invariant: after it, nothing that is still wanted is due, so [`Client::next_deadline`] lies in
//! the future; a part that cannot act (no network, a call under way) names no deadline.

use std::time::Duration;

use session_protocol::{ClientMessage, CloseCode, EndReason};

use super::{Client, life::Herald};
use crate::{
    AccessToken, Assurance, Effect, LockId, LockName, RequestFailure,
    connection::Due,
    policy::LATEST_TIMER,
    seeded::SeededBug,
    session::{Attempt, Extending, Session},
    tabs::Role,
};

impl Client {
    pub(super) fn settle(&mut self) {
        for request in self.requests.take_overdue(self.now) {
            let failure = RequestFailure::Unavailable;
            self.order(Effect::FailRequest { request, failure });
        }
        if self.session.question_at().is_some_and(|at| at <= self.now) {
            self.inquiry.want(self.now);
        }
        if self.cover_at().is_some_and(|at| at <= self.now) {
            self.reckoning.cover();
            self.inquiry.want(self.now);
            if self.has_bug(SeededBug::LocalClockVerdict) {
                self.end(EndReason::SessionTimeout, Herald::Server);
            }
        }
        if self.is_online() {
            self.deliver_logout(None);
        }
        if let Session::LoggingOut = self.session
            && !self.revocation.is_under_way()
        {
            self.session = Session::Anonymous {
                ended: Some(EndReason::LoggedOut),
                failure: None,
            };
        }
        self.send_login();
        if !self.is_online() {
            return;
        }
        self.ask();
        self.retry_extension();
        self.keep_following();
        self.keep_connection();
        self.keep_token();
        self.send_held_requests();
        let interval = self.policy.timing.activity_interval;
        if self.report_at().is_some_and(|at| at <= self.now)
            && self.activity.take(self.now, interval)
        {
            self.report_activity();
        }
        self.keep_leading();
    }

    /// Deadlines of all parts that could act when they come.
    pub(super) fn deadlines(&self) -> [Option<Duration>; 11] {
        let online = |deadline: Option<Duration>| deadline.filter(|_| self.is_online());
        let question = self
            .session
            .question_at()
            .filter(|_| !self.inquiry.is_open());
        [
            self.requests.deadline(),
            self.cover_at(),
            online(self.revocation.deadline()).filter(|_| !self.keeps_logout_back()),
            question,
            online(self.inquiry.deadline()),
            online(self.session.extension_retry().map(|(at, _)| at)),
            online(self.following_deadline()),
            online(self.token.lock_deadline()),
            online(self.connection.deadline()),
            online(self.token.deadline().filter(|_| self.wants_token())),
            online(self.report_at()),
        ]
    }

    /// Returns when the page has to be covered, if it lives, is not covered and its end is known.
    fn cover_at(&self) -> Option<Duration> {
        if self.reckoning.assurance() == Assurance::Covered {
            return None;
        }
        let end = self.session.known_end()?;
        Some(self.reckoning.reached(end))
    }

    /// Tells the server of a logout that it does not know of, before anything else.
    pub(super) fn deliver_logout(&mut self, token: Option<AccessToken>) {
        if self.keeps_logout_back() {
            return;
        }
        let Some(session) = self.revocation.due(self.now).map(ToOwned::to_owned) else {
            return;
        };
        let call = self.ids.call();
        let rate = &self.policy.rates.logout;
        self.revocation.began(call, self.now, rate);
        self.order(Effect::RequestLogout {
            call,
            token,
            session,
        });
    }

    /// Returns whether a logout waits for the login that is under way, whose session it could end.
    fn keeps_logout_back(&self) -> bool {
        let Session::Authenticating { attempt, .. } = &self.session else {
            return false;
        };
        matches!(attempt, Attempt::Sent(_)) && self.revocation.is_nameless()
    }

    /// Sends the credentials, unless a logout is on its way: it goes first.
    fn send_login(&mut self) {
        if self.revocation.is_under_way() {
            return;
        }
        if let Session::Authenticating { attempt, .. } = &mut self.session
            && let Attempt::Held(login) = attempt
        {
            let (call, login) = (self.ids.call(), login.clone());
            *attempt = Attempt::Sent(call);
            self.order(Effect::RequestLogin { call, login });
        }
    }

    fn ask(&mut self) {
        if !self.inquiry.is_due(self.now) {
            return;
        }
        let call = self.ids.call();
        self.inquiry
            .began(call, self.now, &self.policy.rates.inquiry);
        let token = self.token.usable(self.now).map(|held| held.token.clone());
        self.order(Effect::AskSession { call, token });
    }

    fn retry_extension(&mut self) {
        if let Some((at, unauthorized)) = self.session.extension_retry()
            && at <= self.now
        {
            let call = self.ids.call();
            let rate = &self.policy.rates.extension;
            self.extensions.spend(self.now, rate);
            self.settle_extension(Extending::Requested { call, unauthorized });
            let token = self.token.usable(self.now).map(|held| held.token.clone());
            self.order(Effect::RequestExtension { call, token });
        }
    }

    fn keep_connection(&mut self) {
        match self.connection.due(self.now) {
            Due::Nothing => {}
            Due::Connect => {
                let Some(held) = self.token.usable(self.now) else {
                    self.connection.await_token();
                    return;
                };
                let token = held.token.clone();
                if !self.connection.may_connect(self.now) {
                    return;
                }
                let socket = self.ids.socket();
                let (timing, rate) = (&self.policy.timing, &self.policy.rates.connect);
                self.connection.connecting(socket, self.now, timing, rate);
                self.order(Effect::OpenSocket { socket, token });
            }
            Due::Probe(socket) => {
                self.connection.probed(self.now, &self.policy.timing);
                if let Role::Leader(_) = self.role {
                    self.topics.heartbeat_sent();
                }
                self.order(Effect::SendMessage {
                    socket,
                    message: ClientMessage::Heartbeat,
                });
            }
            Due::GiveUp(socket) => {
                self.back_off();
                self.order(Effect::CloseSocket {
                    socket,
                    code: CloseCode::UNRESPONSIVE,
                });
                self.keep_connection();
            }
        }
    }

    /// Returns whether somebody needs the token, now or later.
    fn wants_token(&self) -> bool {
        match &self.session {
            // A logout goes first, lest the session be restored that the user has left.
            Session::Restoring { .. } => !self.inquiry.is_open() && !self.revocation.is_under_way(),
            Session::Active { .. } | Session::Warned { .. } => true,
            Session::Starting
            | Session::Anonymous { .. }
            | Session::Authenticating { .. }
            | Session::Expired { .. }
            | Session::LoggingOut => false,
        }
    }

    fn keep_token(&mut self) {
        let late = self
            .token
            .lock_deadline()
            .and_then(|at| self.now.checked_sub(at));
        if late.is_some_and(|late| late > LATEST_TIMER) {
            // Nobody ran meanwhile, and so neither did the one who holds the lock.
            self.token
                .wait_anew(self.now, self.policy.timing.lock_patience);
        } else if late.is_some() {
            // Whoever holds the lock does not run, and would keep the next refresh waiting too; the
            // server sorts two refreshes out.
            let waiting = self.token.stop_waiting(self.now);
            self.release_lock(waiting);
            if self.has_bug(SeededBug::AbortFreesHeldLock) {
                self.refresh_token();
            } else {
                let lock = self.request_lock(LockName::Refresh, true);
                self.refresh_now(Some(lock));
            }
        }
        let due = self.token.deadline().is_some_and(|at| at <= self.now);
        if self.wants_token() && (due || self.token.usable(self.now).is_none()) {
            self.refresh_token();
        }
    }

    /// Begins a refresh unless one is under way or a wait is running. Tabs take turns, so that one
    /// rotation serves them all; nobody depends on it.
    pub(super) fn refresh_token(&mut self) {
        if !self.is_online() || !self.token.may_refresh(self.now) {
            return;
        }
        if self.locks {
            let lock = self.request_lock(LockName::Refresh, false);
            let patience = self.policy.timing.lock_patience;
            self.token.wait_for(lock, self.now, patience);
        } else {
            self.refresh_now(None);
        }
    }

    /// Refreshes, with the lock or without one. Whoever wanted it while the lock was awaited is
    /// still there: each end of a session withdraws the wait.
    pub(super) fn refresh_now(&mut self, lock: Option<LockId>) {
        let call = self.ids.call();
        let rate = &self.policy.rates.refresh;
        self.token.refresh_began(call, lock, self.now, rate);
        self.order(Effect::RequestRefresh { call });
    }

    fn send_held_requests(&mut self) {
        let Some(held) = self.token.usable(self.now) else {
            return;
        };
        let (token, number) = (held.token.clone(), held.number);
        for request in self.requests.send_held(number) {
            self.order(Effect::SendRequest {
                request,
                token: token.clone(),
            });
        }
    }
}
