//! Application requests: held until there is a token, sent, and repeated at most once after a 401.
//!
//! Invariants: every request that is submitted gets exactly one outcome; a request that must not be
//! sent twice is not; when the session ends none is left.

use std::time::Duration;

use crate::{Replay, RequestId, few::Few};

#[derive(Clone, Copy, Debug, Hash)]
enum State {
    /// Waits for a token, until the time after which it is given up.
    Held { until: Duration },
    /// Is under way with the token of this number.
    Sent { token: u64 },
}

#[derive(Clone, Copy, Debug, Hash)]
struct Entry {
    replay: Replay,
    attempts: u8,
    state: State,
}

/// What to do with a request that came back with a 401.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Unauthorized {
    /// Hold it for another token; this one, by its number, is refused.
    Hold { refused: u64 },
    /// Give it up; this token, by its number, is refused.
    GiveUp { refused: u64 },
    /// Nobody waits for this request.
    Unknown,
}

/// The request part of the client.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Requests(Few<RequestId, Entry>);

impl Requests {
    /// Takes a request in; returns whether it is new.
    pub(crate) fn submit(&mut self, request: RequestId, replay: Replay, until: Duration) -> bool {
        let state = State::Held { until };
        self.0.add(
            request,
            Entry {
                replay,
                attempts: 0,
                state,
            },
        )
    }

    /// Returns the number of the token with which this request is under way.
    pub(crate) fn sent_with(&self, request: RequestId) -> Option<u64> {
        match self.0.get(&request)?.state {
            State::Sent { token } => Some(token),
            State::Held { .. } => None,
        }
    }

    /// Marks every held request as sent with this token and returns them.
    pub(crate) fn send_held(&mut self, token: u64) -> Vec<RequestId> {
        let mut sent = Vec::new();
        for (request, entry) in self.0.iter_mut() {
            if matches!(entry.state, State::Held { .. }) {
                entry.state = State::Sent { token };
                entry.attempts += 1;
                sent.push(*request);
            }
        }
        sent
    }

    /// Forgets a request; returns whether it was known.
    pub(crate) fn finish(&mut self, request: RequestId) -> bool {
        self.0.remove(&request)
    }

    pub(crate) fn unauthorized(&mut self, request: RequestId, until: Duration) -> Unauthorized {
        let Some(entry) = self.0.get_mut(&request) else {
            return Unauthorized::Unknown;
        };
        let State::Sent { token: refused } = entry.state else {
            return Unauthorized::Unknown;
        };
        if entry.attempts == 1 && entry.replay == Replay::Safe {
            entry.state = State::Held { until };
            return Unauthorized::Hold { refused };
        }
        self.0.remove(&request);
        Unauthorized::GiveUp { refused }
    }

    /// Removes and returns the requests that waited too long.
    pub(crate) fn take_overdue(&mut self, now: Duration) -> Vec<RequestId> {
        let overdue = |entry: &Entry| matches!(entry.state, State::Held { until } if until <= now);
        let requests = self.0.iter().filter(|(_, entry)| overdue(entry));
        let requests: Vec<_> = requests.map(|(request, _)| *request).collect();
        for request in &requests {
            self.0.remove(request);
        }
        requests
    }

    /// Removes and returns all requests.
    pub(crate) fn take_all(&mut self) -> Vec<RequestId> {
        let all = std::mem::take(&mut self.0);
        all.iter().map(|(request, _)| *request).collect()
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        let untils = self.0.iter().filter_map(|(_, entry)| match entry.state {
            State::Held { until } => Some(until),
            State::Sent { .. } => None,
        });
        untils.min()
    }
}
