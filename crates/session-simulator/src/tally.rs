//! Counts of what happened, so that a run shows that it tried something.

use std::collections::BTreeMap;

/// Counts by name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    /// Counts one more.
    pub fn count(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// Returns how many were counted.
    #[must_use]
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Returns all names with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().map(|(name, count)| (*name, *count))
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        for (name, count) in other.iter() {
            *self.0.entry(name).or_default() += count;
        }
    }
}

/// Counts of a run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Inputs that clients handled.
    pub inputs: u64,
    /// What persons did.
    pub deeds: Counts,
    /// What went wrong.
    pub mishaps: Counts,
    /// What was seen to happen, among what is rare and matters.
    pub sights: Counts,
    /// Sessions that a page gave up although they lived.
    pub false_logouts: u64,
    /// Of the ends, those that a jar brought on that a crash of the browser had rolled back.
    pub rolled_back_logouts: u64,
    /// Pages that went on although their session was over.
    pub missed_logouts: u64,
    /// Drafts that were deleted without a reason.
    pub lost_drafts: u64,
}

impl Tally {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.inputs += other.inputs;
        self.deeds.add(&other.deeds);
        self.mishaps.add(&other.mishaps);
        self.sights.add(&other.sights);
        self.false_logouts += other.false_logouts;
        self.rolled_back_logouts += other.rolled_back_logouts;
        self.missed_logouts += other.missed_logouts;
        self.lost_drafts += other.lost_drafts;
    }
}
