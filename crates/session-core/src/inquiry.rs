//! The one question for the state of the session.
//!
//! Many things lead to it: an ambiguous close, a wake, a clock that jumped, a local deadline.
//! Invariants: at most one is under way; two are never closer than a gap, nor many in a minute; one
//! without an answer is repeated with backoff, since only the server can say that a session ended.

use std::time::Duration;

use crate::{CallId, backoff, draw::Draw, pace::Pace, policy::Rate};

/// The inquiry part of the client.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Inquiry {
    state: State,
    failures: u32,
    pace: Pace,
    /// When the latest question began.
    began: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Hash)]
enum State {
    Idle,
    Wanted {
        at: Duration,
    },
    Asking {
        call: CallId,
        since: Duration,
        /// Whether something happened since, of which the answer may not know.
        overtaken: bool,
    },
}

impl Inquiry {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Idle,
            failures: 0,
            pace: Pace::default(),
            began: None,
        }
    }

    /// Plans the question, now or as soon as the gap allows; joins one that is under way.
    pub(crate) fn want(&mut self, now: Duration) {
        match self.state {
            State::Idle => {
                self.state = State::Wanted {
                    at: now.max(self.pace.earliest()),
                }
            }
            State::Wanted { .. } | State::Asking { .. } => {}
        }
    }

    /// As [`Inquiry::want`], about something that just happened: the answer to a question that is
    /// under way may be older.
    pub(crate) fn want_anew(&mut self, now: Duration) {
        if let State::Asking { overtaken, .. } = &mut self.state {
            *overtaken = true;
        }
        self.want(now);
    }

    /// Plans the question unless one began within the window, whose answer then counts for this
    /// wake too.
    pub(crate) fn wake(&mut self, now: Duration, window: Duration) {
        if !self.began_within(now, window) {
            self.want(now);
        }
    }

    fn began_within(&self, now: Duration, window: Duration) -> bool {
        self.began
            .is_some_and(|began| now < began.saturating_add(window))
    }

    /// Returns whether a question that began within the window was answered.
    pub(crate) fn was_answered(&self, now: Duration, window: Duration) -> bool {
        !self.is_open() && self.began_within(now, window)
    }

    /// The page is about to stop: no answer of before counts for a wake after it.
    pub(crate) fn forget_answer(&mut self) {
        self.began = None;
    }

    /// Returns whether the planned question is due.
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        matches!(self.state, State::Wanted { at } if at <= now)
    }

    pub(crate) fn began(&mut self, call: CallId, now: Duration, rate: &Rate) {
        self.state = State::Asking {
            call,
            since: now,
            overtaken: false,
        };
        self.began = Some(now);
        self.pace.spend(now, rate);
    }

    /// Returns when the question was asked, if this call is the one under way.
    pub(crate) fn asked(&self, call: CallId) -> Option<Duration> {
        match self.state {
            State::Asking {
                call: awaited,
                since,
                ..
            } if awaited == call => Some(since),
            State::Asking { .. } => None,
            State::Idle => None,
            State::Wanted { .. } => None,
        }
    }

    /// Returns whether a question is planned or under way.
    pub(crate) const fn is_open(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// Returns how many questions in a row got no answer.
    pub(crate) const fn failures(&self) -> u32 {
        self.failures
    }

    /// Returns whether the last question got no answer.
    pub(crate) const fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// The question was answered, or nobody needs an answer any more.
    pub(crate) fn settle(&mut self) {
        self.state = State::Idle;
        self.failures = 0;
    }

    /// The question was answered: it is asked again if something has happened since.
    pub(crate) fn answered(&mut self, now: Duration) {
        let again = matches!(self.state, State::Asking { overtaken, .. } if overtaken);
        self.settle();
        if again {
            self.want(now);
        }
    }

    /// Plans the repetition of a question that got no answer.
    pub(crate) fn postpone(
        &mut self,
        now: Duration,
        retry_after: Option<Duration>,
        draw: &mut Draw,
    ) {
        self.failures = self.failures.saturating_add(1);
        if let Some(told) = retry_after {
            self.pace.hold_until(now.saturating_add(told));
        }
        let at = now.saturating_add(backoff::wait(self.failures, draw));
        self.state = State::Wanted {
            at: at.max(self.pace.earliest()),
        };
    }

    /// Ends a wait early, because the network came back; not one that the server asked for.
    pub(crate) fn end_wait(&mut self, now: Duration) {
        if let State::Wanted { at } = &mut self.state {
            *at = now.max(self.pace.earliest());
        }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Idle => None,
            State::Wanted { at } => Some(at),
            State::Asking { .. } => None,
        }
    }
}
