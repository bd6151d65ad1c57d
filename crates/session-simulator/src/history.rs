//! What invariants remember of a page that the page itself does not show.
//!
//! Invariant: nothing here influences what happens; it is written by observers only.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use crate::{aside::Aside, server::FamilyId};

/// What was observed of a page.
#[derive(Clone, Debug, Default, Hash)]
pub struct History {
    /// The epoch that the counters are about.
    pub epoch: u64,
    /// Cleanups in this epoch.
    pub cleanups: u8,
    /// Notices of an end in this epoch.
    pub farewells: u8,
    /// Passages from a living session into Expired in this epoch.
    pub expiries: u8,
    /// The session that lived here before the page showed less, until it is known what became of it.
    pub left: Option<FamilyId>,
    /// Hashes of the sessions that the user left as far as the page knows, with no login since.
    pub logouts: BTreeSet<u64>,
    /// Whether the page began after an explicit logout that its browser could remember, with no
    /// login since.
    pub began_logged_out: bool,
    /// Whether the server closed the socket for good in this epoch.
    pub closed_for_good: bool,
    /// Since when the page waits for its turn to refresh, on the true clock.
    pub waits_since: Aside<Option<Duration>>,
    /// Whether the user asked for more time and the warning still stands.
    pub stay_wanted: bool,
    /// The highest term of a leader of this session that the page knows of.
    pub highest: Option<u64>,
    /// The last update that the application was told, since its data last went.
    pub updated: Aside<Option<u64>>,
    /// How often the page tried, by kind.
    pub attempts: Aside<[Attempts; 7]>,
}

/// When attempts of one kind began, in the last minute.
#[derive(Clone, Debug, Default)]
pub struct Attempts(VecDeque<Duration>);

impl Attempts {
    /// Notes an attempt; returns how many there were in the last minute, this one included.
    pub fn note(&mut self, now: Duration) -> usize {
        let minute = Duration::from_secs(60);
        while self
            .0
            .front()
            .is_some_and(|at| now.saturating_sub(*at) >= minute)
        {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len()
    }
}

impl History {
    /// Begins a new epoch unless it is this one.
    pub const fn enter(&mut self, epoch: u64) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.cleanups = 0;
            self.farewells = 0;
            self.expiries = 0;
        }
    }
}
