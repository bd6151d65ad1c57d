//! The one question for the state of the session.
//!
//! Many things lead to it: an ambiguous close, a wake, a clock that jumped, a local deadline.
//! Invariants: at most one is under way; two are never closer than a gap; one without an answer is
//! repeated with backoff, since only the server can say that a session ended.

use std::time::Duration;

use crate::{CallId, backoff, draw::Draw, policy::Timing};

/// The inquiry part of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inquiry {
    state: State,
    failures: u32,
    earliest: Duration,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Wanted { at: Duration },
    Asking { call: CallId, since: Duration },
}

impl Inquiry {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::Idle,
            failures: 0,
            earliest: Duration::ZERO,
        }
    }

    /// Plans the question, now or as soon as the gap allows; joins one that is under way.
    pub(crate) fn want(&mut self, now: Duration) {
        match self.state {
            State::Idle => {
                self.state = State::Wanted {
                    at: now.max(self.earliest),
                }
            }
            State::Wanted { .. } | State::Asking { .. } => {}
        }
    }

    /// Returns whether the planned question is due.
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        matches!(self.state, State::Wanted { at } if at <= now)
    }

    pub(crate) fn began(&mut self, call: CallId, now: Duration, timing: &Timing) {
        self.state = State::Asking { call, since: now };
        self.earliest = now.saturating_add(timing.inquiry_gap);
    }

    /// Returns when the question was asked, if this call is the one under way.
    pub(crate) fn asked(&self, call: CallId) -> Option<Duration> {
        match self.state {
            State::Asking {
                call: awaited,
                since,
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

    /// Returns whether the last question got no answer.
    pub(crate) const fn is_failing(&self) -> bool {
        self.failures > 0
    }

    pub(crate) fn settle(&mut self) {
        self.state = State::Idle;
        self.failures = 0;
    }

    /// Plans the repetition of a question that got no answer.
    pub(crate) fn postpone(
        &mut self,
        now: Duration,
        retry_after: Option<Duration>,
        draw: &mut Draw,
    ) {
        self.failures = self.failures.saturating_add(1);
        let wait = retry_after.unwrap_or_else(|| backoff::wait(self.failures, draw));
        self.state = State::Wanted {
            at: now.saturating_add(wait).max(self.earliest),
        };
    }

    /// Ends a wait early, because the network came back.
    pub(crate) fn end_wait(&mut self, now: Duration) {
        if let State::Wanted { at } = &mut self.state {
            *at = now.max(self.earliest);
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
