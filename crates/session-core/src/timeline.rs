//! The bounded record of inputs, transitions and effects, with the reason for each ignored input.
//!
//! Invariants: no entry holds a secret, because entries are made of names and of `detail` texts
//! that hold none; the memory is bounded; repetitions are counted instead of repeated.

use std::{collections::VecDeque, time::Duration};

use serde::Serialize;

use crate::SessionEpoch;

/// Most entries that are kept.
pub const CAPACITY: usize = 400;

/// Longest detail that is kept, in bytes of UTF-8; a character that would be cut goes whole. Details
/// hold codes and reasons that a peer chose.
const LONGEST_DETAIL: usize = 200;

/// Latest lines among which the same is looked for, to be counted instead of repeated: an update
/// in a leader, with what it leads to, is three.
const LOOK_BACK: usize = 4;

/// One line of the record.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Milliseconds since the page began.
    pub at_ms: u64,
    /// Number of the epoch in which it happened.
    pub epoch: u64,
    /// Number of the input that caused it, from 1; lines of one input share it.
    pub step: u64,
    /// What kind of line this is.
    pub kind: EntryKind,
    /// Name of the input or effect, or the transition.
    pub name: &'static str,
    /// What distinguishes it, or why an input was ignored.
    pub detail: String,
    /// How often it happened in a row.
    pub count: u32,
}

/// Kind of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub enum EntryKind {
    /// A fact that was acted on.
    Input,
    /// A fact that changed nothing; the detail says why.
    Ignored,
    /// A part of the client changed its state.
    Transition,
    /// An order that was given.
    Effect,
}

impl EntryKind {
    /// Returns the name of the kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Ignored => "Ignored",
            Self::Transition => "Transition",
            Self::Effect => "Effect",
        }
    }
}

/// The record.
#[derive(Clone, Debug)]
pub struct Timeline {
    entries: VecDeque<Entry>,
    capacity: usize,
    step: u64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            capacity: CAPACITY,
            step: 0,
        }
    }
}

impl Timeline {
    /// Returns the entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// A record that keeps nothing.
    pub(crate) fn off() -> Self {
        Self {
            capacity: 0,
            ..Self::default()
        }
    }

    pub(crate) const fn is_on(&self) -> bool {
        self.capacity > 0
    }

    /// The next input comes. Returns its detail if it will be recorded.
    pub(crate) fn begin_step(&mut self, detail: impl FnOnce() -> String) -> String {
        self.step += 1;
        if self.is_on() {
            detail()
        } else {
            String::new()
        }
    }

    pub(crate) fn record(
        &mut self,
        at: Duration,
        epoch: SessionEpoch,
        kind: EntryKind,
        name: &'static str,
        mut detail: String,
    ) {
        if !self.is_on() {
            return;
        }
        detail.truncate(detail.floor_char_boundary(LONGEST_DETAIL));
        let at_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        // An input and what it leads to alternate when updates stream in.
        let mut latest = self.entries.iter_mut().rev().take(LOOK_BACK);
        let same =
            latest.find(|entry| entry.kind == kind && entry.name == name && entry.detail == detail);
        if let Some(entry) = same.filter(|entry| entry.epoch == epoch.number()) {
            entry.count = entry.count.saturating_add(1);
            entry.at_ms = at_ms;
            entry.step = self.step;
            return;
        }
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        let epoch = epoch.number();
        self.entries.push_back(Entry {
            at_ms,
            epoch,
            step: self.step,
            kind,
            name,
            detail,
            count: 1,
        });
    }
}
