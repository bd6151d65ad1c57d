//! What a server remembers of the last minutes, against a fail-over that takes writes back.
//!
//! Invariants: only what was acknowledged is remembered, and every end that the feed told of; memory
//! is bounded in time and number.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use session_protocol::EndReason;

use crate::{
    Moment,
    store::{Event, SessionRow},
};

/// How long a write is remembered: longer than replication lags or a snapshot is old.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// Sessions that are remembered, about half a KiB each.
const MOST: usize = 100_000;
/// Writes after which old ones are looked for.
const SWEEP: usize = 1_024;
/// How long after a fail-over a session that is not there may still be brought back by a server.
const UNCERTAIN: Duration = Duration::from_secs(60);

/// What is remembered of a session.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The session as it was last written here.
    pub(super) row: Option<SessionRow>,
    /// Why and when it ended.
    pub(super) ended: Option<(EndReason, Moment)>,
    at: Instant,
}

#[derive(Debug, Default)]
struct State {
    sessions: BTreeMap<String, Kept>,
    seqs: BTreeMap<String, u64>,
    writes: usize,
    failed_over_at: Option<Instant>,
}

/// The memory of one server.
#[derive(Debug, Default)]
pub(super) struct Recent {
    state: Mutex<State>,
}

impl Recent {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a session that was written.
    pub(super) fn wrote(&self, row: SessionRow) {
        let mut state = self.lock();
        let kept = state.touch(&row.id);
        let is_news = kept
            .row
            .as_ref()
            .is_none_or(|kept| kept.version < row.version);
        if is_news {
            kept.row = Some(row);
        }
    }

    /// Remembers that a session has ended.
    pub(super) fn ended(&self, id: &str, reason: EndReason, at: Moment) {
        self.lock().touch(id).ended.get_or_insert((reason, at));
    }

    /// Remembers what the feed told.
    pub(super) fn heard(&self, event: &Event) {
        match event {
            Event::Ended { session, reason } => self.ended(session, *reason, Moment::now()),
            Event::Update { topic, seq, .. } => {
                let mut state = self.lock();
                let last = state.seqs.entry(topic.clone()).or_default();
                *last = (*last).max(*seq);
            }
            Event::Extended { .. } | Event::Demo { .. } => {}
        }
    }

    /// Returns everything that is remembered of sessions.
    pub(super) fn sessions(&self) -> Vec<(String, Kept)> {
        let mut state = self.lock();
        state.forget_old();
        let all = state.sessions.iter();
        all.map(|(id, kept)| (id.clone(), kept.clone())).collect()
    }

    /// Returns the numbers of the last updates.
    pub(super) fn seqs(&self) -> Vec<(String, u64)> {
        let state = self.lock();
        let all = state.seqs.iter();
        all.map(|(topic, seq)| (topic.clone(), *seq)).collect()
    }

    /// Notes that another server of Redis answers.
    pub(super) fn failed_over(&self) {
        self.lock().failed_over_at = Some(Instant::now());
    }

    /// Returns whether a session that is not there may come back.
    pub(super) fn is_uncertain(&self) -> bool {
        self.lock()
            .failed_over_at
            .is_some_and(|at| at.elapsed() < UNCERTAIN)
    }
}

impl State {
    fn touch(&mut self, id: &str) -> &mut Kept {
        self.writes += 1;
        if self.writes.is_multiple_of(SWEEP) {
            self.forget_old();
        }
        let kept = self.sessions.entry(id.to_owned()).or_insert(Kept {
            row: None,
            ended: None,
            at: Instant::now(),
        });
        kept.at = Instant::now();
        kept
    }

    fn forget_old(&mut self) {
        self.sessions.retain(|_, kept| kept.at.elapsed() < MEMORY);
        if self.sessions.len() > MOST {
            let mut times: Vec<_> = self.sessions.values().map(|kept| kept.at).collect();
            times.sort_unstable();
            let oldest = times[times.len() - MOST];
            self.sessions.retain(|_, kept| kept.at >= oldest);
        }
    }
}
