//! What a server remembers of the last minutes, against a fail-over that takes writes back.
//!
//! Invariants: only what was acknowledged is remembered, and every end and every account that the feed
//! told of; memory is bounded in time and number.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use session_protocol::EndReason;

use super::record::Record;
use crate::{
    Moment,
    store::{Cut, Event, SessionRow},
};

/// How long a write is remembered: longer than replication lags or a snapshot is old.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// Sessions, accounts and cuts that are remembered, about half a KiB each.
const MOST: usize = 100_000;
/// Writes after which old ones are looked for.
const SWEEP: usize = 1_024;
/// How long after a fail-over a session that is not there may still be brought back by a server.
const UNCERTAIN: Duration = Duration::from_secs(60);

/// What is remembered of a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// The session as it was last written here.
    pub(super) row: Option<SessionRow>,
    /// Why and when it ended.
    pub(super) ended: Option<(EndReason, Moment)>,
}

#[derive(Debug, Default)]
struct State {
    sessions: Memory<Kept>,
    accounts: Memory<Option<Record>>,
    /// By user; everybody's has no name.
    cuts: Memory<Option<Cut>>,
    seqs: BTreeMap<String, u64>,
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
        let kept = state.sessions.touch(&row.id);
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
        let mut state = self.lock();
        state.sessions.touch(id).ended.get_or_insert((reason, at));
    }

    /// Remembers an account that was written.
    pub(super) fn wrote_account(&self, record: Record) {
        let mut state = self.lock();
        let kept = state.accounts.touch(&record.account.user.id);
        *kept = Some(match kept.take() {
            Some(kept) => kept.joined(&record),
            None => record,
        });
    }

    /// Remembers that sessions ended together.
    pub(super) fn cut(&self, cut: &Cut) {
        let mut state = self.lock();
        let kept = state.cuts.touch(cut.user.as_deref().unwrap_or_default());
        if kept.as_ref().is_none_or(|kept| kept.at < cut.at) {
            *kept = Some(cut.clone());
        }
    }

    /// Remembers what the feed told; an account is to be looked at.
    pub(super) fn heard(&self, event: &Event) {
        match event {
            Event::Ended { session, reason } => self.ended(session, *reason, Moment::now()),
            Event::Cut(cut) => self.cut(cut),
            Event::Update { topic, seq, .. } => {
                let mut state = self.lock();
                let last = state.seqs.entry(topic.clone()).or_default();
                *last = (*last).max(*seq);
            }
            Event::Account { .. } | Event::Extended { .. } | Event::Demo { .. } => {}
        }
    }

    /// Returns everything that is remembered of sessions.
    pub(super) fn sessions(&self) -> Vec<(String, Kept)> {
        self.lock().sessions.all()
    }

    /// Returns the accounts that are remembered.
    pub(super) fn accounts(&self) -> Vec<Record> {
        let all = self.lock().accounts.all().into_iter();
        all.filter_map(|(_, record)| record).collect()
    }

    /// Returns the cuts that are remembered.
    pub(super) fn cuts(&self) -> Vec<Cut> {
        let all = self.lock().cuts.all().into_iter();
        all.filter_map(|(_, cut)| cut).collect()
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

/// What was written under names, for [`MEMORY`].
#[derive(Debug)]
struct Memory<T> {
    kept: BTreeMap<String, (T, Instant)>,
    writes: usize,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self {
            kept: BTreeMap::new(),
            writes: 0,
        }
    }
}

impl<T: Clone + Default> Memory<T> {
    /// Returns what is to be written.
    fn touch(&mut self, name: &str) -> &mut T {
        self.writes += 1;
        if self.writes.is_multiple_of(SWEEP) {
            self.forget_old();
        }
        let now = Instant::now();
        let (value, at) = self
            .kept
            .entry(name.to_owned())
            .or_insert((T::default(), now));
        *at = now;
        value
    }

    fn all(&mut self) -> Vec<(String, T)> {
        self.forget_old();
        let all = self.kept.iter();
        all.map(|(name, (value, _))| (name.clone(), value.clone()))
            .collect()
    }

    fn forget_old(&mut self) {
        self.kept.retain(|_, (_, at)| at.elapsed() < MEMORY);
        if self.kept.len() > MOST {
            let mut times: Vec<_> = self.kept.values().map(|(_, at)| *at).collect();
            times.sort_unstable();
            let oldest = times[times.len() - MOST];
            self.kept.retain(|_, (_, at)| *at >= oldest);
        }
    }
}
