//! Many seeds, and what they add up to.

use std::{fmt, time::Duration};

use super::Outcome;
use crate::{tally::Tally, violation::Violation};

/// Seconds of a year of 365 days.
const YEAR: f64 = 365.0 * 86_400.0;

/// What many runs add up to.
#[derive(Clone, Debug, Default)]
pub struct Campaign {
    /// How many seeds were run.
    pub seeds: u64,
    /// How long the lives of all persons were together.
    pub lived: Duration,
    /// Counts of what happened.
    pub tally: Tally,
    /// The seeds that broke a promise, with the promise.
    pub failures: Vec<(u64, Violation)>,
}

impl Campaign {
    /// Adds a run.
    pub fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        self.lived = self.lived.saturating_add(outcome.lived);
        self.tally.add(&outcome.tally);
        let seed = outcome.seed;
        self.failures
            .extend(outcome.violation.map(|violation| (seed, violation)));
    }

    /// Adds other runs.
    pub fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.lived = self.lived.saturating_add(other.lived);
        self.tally.add(&other.tally);
        self.failures.extend(other.failures);
        self.failures.sort_by_key(|(seed, _)| *seed);
    }

    /// Returns how many years the lives of all persons were together.
    #[must_use]
    pub fn years(&self) -> f64 {
        self.lived.as_secs_f64() / YEAR
    }
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.tally;
        let groups = [
            ("deeds", &tally.deeds),
            ("faults", &tally.mishaps),
            ("seen", &tally.sights),
        ];
        for (name, counts) in groups {
            writeln!(f, "{name}:")?;
            for (what, count) in counts.iter() {
                writeln!(f, "  {count:>10}  {what}")?;
            }
        }
        writeln!(f, "seeds                {}", self.seeds)?;
        writeln!(f, "user-years           {:.1}", self.years())?;
        writeln!(f, "inputs               {}", tally.inputs)?;
        writeln!(f, "false logouts        {}", tally.false_logouts)?;
        let accepted = tally.rolled_back_logouts;
        writeln!(f, "  by a jar rolled back (accepted) {accepted}")?;
        writeln!(f, "missed logouts       {}", tally.missed_logouts)?;
        writeln!(f, "lost drafts          {}", tally.lost_drafts)?;
        write!(f, "violations           {}", self.failures.len())
    }
}

/// Runs seeds on all processors, in any order; the sum does not depend on it. Stops early when
/// this many have failed.
#[cfg(not(target_family = "wasm"))]
#[must_use]
pub fn run_all(
    first: u64,
    count: u64,
    options: &crate::plan::Options,
    most_failures: u64,
) -> Campaign {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    let (next, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut campaign = Campaign::default();
        while failed.load(Ordering::Relaxed) < most_failures {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            let outcome = super::simulate(first.wrapping_add(number), options);
            if outcome.violation.is_some() {
                failed.fetch_add(1, Ordering::Relaxed);
            }
            campaign.add(outcome);
        }
        campaign
    };
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        let mut sum = Campaign::default();
        for worker in workers {
            match worker.join() {
                Ok(campaign) => sum.merge(campaign),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        sum
    })
}
