//! What a run came to.

use std::{fmt, time::Duration};

use crate::{
    browser::{PageId, TabId},
    plan::Entry,
    tally::Tally,
    violation::Violation,
};

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// How many entries the plan has.
    pub entries: usize,
    /// The first promise that was broken.
    pub violation: Option<Violation>,
    /// Counts of what happened.
    pub tally: Tally,
    /// How long the person's life was.
    pub lived: Duration,
    /// The hash of all inputs and orders.
    pub trace: u64,
    /// What happened, if the clients kept their record.
    pub story: Story,
}

/// What happened in a run, for a reader.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The entries of the plan.
    pub plan: Vec<Entry>,
    /// The record of each page, with its tab and the true time at which it began.
    pub pages: Vec<(TabId, PageId, Duration, Vec<String>)>,
    /// What happened in the world, with its time.
    pub actions: Vec<(Duration, String)>,
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan:")?;
        for entry in &self.plan {
            writeln!(f, "  {entry}")?;
        }
        writeln!(f, "world:")?;
        for (at, action) in &self.actions {
            writeln!(f, "  {:>12.3}s  {action}", at.as_secs_f64())?;
        }
        for (tab, page, from, lines) in &self.pages {
            writeln!(
                f,
                "{tab}, page {}, from {:.3}s:",
                page.0,
                from.as_secs_f64()
            )?;
            for line in lines {
                writeln!(f, "  {line}")?;
            }
        }
        Ok(())
    }
}
