//! What is known of failures: how many of whom.
//!
//! Invariant: memory is bounded; what is oldest goes first, and nothing that is undecided.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::key::{Key, Limit};
use crate::client_address::Network;

/// Most tallies that are kept.
pub(crate) const MOST_KEYS: usize = 50_000;

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) failures: VecDeque<Instant>,
    /// Attempts that have not been decided yet.
    pub(super) undecided: usize,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) tallies: BTreeMap<Key, Tally>,
}

/// Why another attempt may not be made.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Verdict {
    /// Perhaps it may, once one of those under way is decided.
    Undecided,
    /// It may after this time.
    Wait(Duration),
}

impl State {
    pub(super) fn try_begin(
        &mut self,
        account: &str,
        network: Network,
        is_owner: bool,
    ) -> Result<Vec<Key>, Verdict> {
        let now = Instant::now();
        let mut keys = vec![
            Key::Pair(network, account.to_owned()),
            Key::Network(network),
        ];
        if !is_owner {
            keys.push(Key::Account(account.to_owned()));
        }
        let verdicts = keys.iter().filter_map(|key| self.verdict(key, now));
        if let Some(worst) = verdicts.max() {
            return Err(worst);
        }
        self.bound(now);
        for key in &keys {
            self.tallies.entry(key.clone()).or_default().undecided += 1;
        }
        Ok(keys)
    }

    fn verdict(&self, key: &Key, now: Instant) -> Option<Verdict> {
        let (tally, limit) = (self.tallies.get(key)?, key.limit());
        let mut counting = tally.failures.iter().rev();
        let counts = |time: &&Instant| now.saturating_duration_since(**time) < limit.window;
        let failures = counting.clone().take_while(counts).count();
        if failures >= limit.failures {
            let frees_at = *counting.nth(limit.failures.saturating_sub(1))? + limit.window;
            return Some(Verdict::Wait(frees_at.saturating_duration_since(now)));
        }
        (failures + tally.undecided >= limit.failures).then_some(Verdict::Undecided)
    }

    /// Makes room: first what no longer counts goes, then what is oldest.
    fn bound(&mut self, now: Instant) {
        if self.tallies.len() >= MOST_KEYS {
            self.tallies.retain(|key, tally| {
                tally.forget_old(key.limit(), now);
                tally.undecided > 0 || !tally.failures.is_empty()
            });
            let last = |tally: &Tally| tally.failures.back().copied();
            if let Some(median) = median(self.tallies.values().filter_map(last)) {
                let is_full = self.tallies.len() >= MOST_KEYS;
                self.tallies.retain(|_, tally| {
                    !is_full || tally.undecided > 0 || last(tally).is_some_and(|at| at > median)
                });
            }
        }
    }
}

fn median(times: impl Iterator<Item = Instant>) -> Option<Instant> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

impl Tally {
    pub(super) fn forget_old(&mut self, limit: Limit, now: Instant) {
        let is_old = |time: &Instant| now.saturating_duration_since(*time) >= limit.window;
        while self.failures.front().is_some_and(is_old) {
            self.failures.pop_front();
        }
    }
}
