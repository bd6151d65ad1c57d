//! The sessions that were left, and a logout on its way to the server.
//!
//! The page is anonymous at once; the server is told as soon as it can be. Invariants: a logout that
//! did not reach the server is tried until it does, a later session takes its place, or the server
//! says that there is nothing to end; it names its session, so that it can end no later one, and
//! where it cannot, it is tried no more once a later one is hinted at. A session with a name that was
//! left, here or in another tab, lives in this page no more, whatever is answered or hinted at: each
//! login has an identifier of its own.
//!
//! Sources: RFC 7009 section 2.2 (a client that gets a 503 must assume that the token lives); OWASP
//! Session Management, "Renew the Session ID After Any Privilege Level Change".

use std::time::Duration;

use crate::{CallId, backoff, draw::Draw, few::Few, pace::Pace, policy::Rate, tabs::session_hash};

/// Most sessions that are remembered as left. Beyond, the first is forgotten; by then the server
/// has long been told.
const MAX_LEFT: usize = 16;

/// The revocation part of the client.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Revocation {
    state: State,
    failures: u32,
    pace: Pace,
    /// Hashes of the sessions that were left.
    left: Few<String, ()>,
}

#[derive(Clone, Debug, Default, Hash)]
enum State {
    /// The server knows all there is to know.
    #[default]
    Settled,
    /// The server has to be told.
    Due { session: String, at: Duration },
    UnderWay {
        session: String,
        call: CallId,
        /// Another attempt could end a later session.
        is_last: bool,
    },
}

impl Revocation {
    /// Somebody left the session with this hash.
    pub(crate) fn leave(&mut self, hash: String) {
        self.left.add(hash, ());
        if self.left.len() > MAX_LEFT {
            self.left.remove_oldest();
        }
    }

    /// Returns whether somebody left this session. Of sessions without a name nobody knows.
    pub(crate) fn was_left(&self, session: &str) -> bool {
        !session.is_empty() && self.left.get(&session_hash(session)).is_some()
    }

    /// The user logged out of this session.
    pub(crate) fn want(&mut self, session: String, now: Duration) {
        self.leave(session_hash(&session));
        self.failures = 0;
        let at = now.max(self.pace.earliest());
        self.state = State::Due { session, at };
    }

    /// Another page logged out of this session and may be gone before the server was told.
    pub(crate) fn take_over(&mut self, session: &str, now: Duration) {
        if let State::Settled = self.state {
            self.want(session.to_owned(), now);
        }
    }

    /// Returns the session to end if it is time to tell the server.
    pub(crate) fn due(&self, now: Duration) -> Option<&str> {
        match &self.state {
            State::Due { session, at } if *at <= now => Some(session),
            State::Due { .. } => None,
            State::UnderWay { .. } => None,
            State::Settled => None,
        }
    }

    pub(crate) fn began(&mut self, call: CallId, now: Duration, rate: &Rate) {
        if let State::Due { session, .. } = &mut self.state {
            let session = std::mem::take(session);
            self.state = State::UnderWay {
                session,
                call,
                is_last: false,
            };
            self.pace.spend(now, rate);
        }
    }

    pub(crate) const fn is_under_way(&self) -> bool {
        matches!(self.state, State::UnderWay { .. })
    }

    /// Returns whether this call is the one under way.
    pub(crate) fn awaits(&self, call: CallId) -> bool {
        matches!(self.state, State::UnderWay { call: awaited, .. } if awaited == call)
    }

    /// The server knows, or a later session took this one's place. Returns the session whose
    /// logout was on its way.
    pub(crate) fn settle(&mut self) -> Option<String> {
        self.failures = 0;
        match std::mem::take(&mut self.state) {
            State::Due { session, .. } | State::UnderWay { session, .. } => Some(session),
            State::Settled => None,
        }
    }

    /// Another session began, by all that is known. It took the place of one without a name, and
    /// another attempt to end that could only end the later one.
    pub(crate) fn give_way(&mut self) {
        match &mut self.state {
            State::Due { session, .. } if session.is_empty() => self.state = State::Settled,
            State::UnderWay {
                session, is_last, ..
            } => *is_last = session.is_empty(),
            State::Due { .. } | State::Settled => {}
        }
    }

    /// Returns whether the session that has to be ended has no name.
    pub(crate) fn is_nameless(&self) -> bool {
        matches!(&self.state, State::Due { session, .. } if session.is_empty())
    }

    /// Plans the next attempt after one that did not reach the server.
    pub(crate) fn postpone(
        &mut self,
        now: Duration,
        retry_after: Option<Duration>,
        draw: &mut Draw,
    ) {
        if let State::UnderWay {
            session, is_last, ..
        } = &mut self.state
        {
            if *is_last {
                self.settle();
                return;
            }
            let session = std::mem::take(session);
            self.failures = self.failures.saturating_add(1);
            let at = now.saturating_add(backoff::wait(self.failures, draw));
            if let Some(wait) = retry_after {
                self.pace.hold_until(now.saturating_add(wait));
            }
            self.state = State::Due {
                session,
                at: at.max(self.pace.earliest()),
            };
        }
    }

    /// Ends a wait early, because the network or the user came back.
    pub(crate) fn end_wait(&mut self, now: Duration) {
        if let State::Due { at, .. } = &mut self.state {
            *at = now.max(self.pace.earliest());
        }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::Due { at, .. } => Some(*at),
            State::UnderWay { .. } => None,
            State::Settled => None,
        }
    }
}
