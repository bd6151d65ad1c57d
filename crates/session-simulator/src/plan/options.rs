//! A whole plan, and what can be asked of it.

use std::time::Duration;

use super::{Entry, Weather, dense, long};
use crate::{bug::BugSet, chance::Chance, world::Settings};

/// How long everything has to come right after the last fault. Longer than any wait: backoff 30 s,
/// `Retry-After` 60 s, timers of hidden pages 60 s, two silent heartbeats 50 s.
const CALM: Duration = Duration::from_secs(200);

/// What is asked of a plan beside its seed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many tabs there are; by default the seed decides.
    pub tabs: Option<u8>,
    /// Bugs that are put back on purpose.
    pub bugs: BugSet,
    /// Whether clients keep their record, for a replay that is printed.
    pub keeps_timeline: bool,
    /// The entries that are kept, by their numbers; by default all.
    pub kept: Option<Vec<usize>>,
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed that it was made of.
    pub seed: u64,
    /// What the world begins with.
    pub settings: Settings,
    /// How the network is in good times.
    pub weather: Weather,
    /// What happens, in order of time.
    pub entries: Vec<Entry>,
    /// When the last fault is repaired.
    pub calm_from: Duration,
    /// When the run ends.
    pub end: Duration,
}

/// One plan in this many is a long life.
const LONG_LIVES: u64 = 8;

impl Plan {
    /// Makes the plan of a seed.
    #[must_use]
    pub fn of(seed: u64, options: &Options) -> Self {
        let mut chance = Chance::new(seed);
        let is_long = seed.checked_rem(LONG_LIVES) == Some(LONG_LIVES - 1);
        let mut plan = if is_long {
            long::life(seed, &mut chance)
        } else {
            dense::hours(seed, &mut chance, options.tabs)
        };
        plan.settings.bugs = options.bugs;
        plan.settings.keeps_timeline = options.keeps_timeline;
        plan.entries.sort_by_key(|entry| entry.at);
        plan.end = plan.calm_from.saturating_add(CALM);
        if let Some(kept) = &options.kept {
            let all = std::mem::take(&mut plan.entries).into_iter().enumerate();
            let some = all.filter(|(number, _)| kept.contains(number));
            plan.entries = some.map(|(_, entry)| entry).collect();
        }
        plan
    }
}
