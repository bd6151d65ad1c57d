//! Draws from a seed.
//!
//! Invariant: the same seed and the same purpose give the same draws on every machine. A draw that
//! names its purpose does not depend on how many other draws there were, so that a plan from which
//! items were dropped keeps the latencies of the others.
//!
//! Source: `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
//! 2014).

use std::time::Duration;

/// A sequence of draws.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Chance(u64);

/// The increment of the sequence: the golden ratio in 64 bits.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Chance {
    /// Starts the sequence of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(STEP)))
    }

    /// Starts the sequence of one purpose, named by numbers.
    #[must_use]
    pub fn of(seed: u64, purpose: &[u64]) -> Self {
        let fold = |state: u64, word: &u64| mix(state ^ word.wrapping_mul(STEP)).wrapping_add(STEP);
        Self(purpose.iter().fold(mix(seed.wrapping_add(STEP)), fold))
    }

    /// Draws 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Draws a number below the limit; zero if the limit is.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits().checked_rem(limit).unwrap_or_default()
    }

    /// Draws yes in this many of a thousand cases.
    pub fn permille(&mut self, part: u64) -> bool {
        self.below(1000) < part
    }

    /// Draws a time between two, in whole milliseconds, both included.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = millis(most.saturating_sub(least));
        least.saturating_add(Duration::from_millis(self.below(span.saturating_add(1))))
    }

    /// Draws one of these; `None` if there is none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let index = self.below(u64::try_from(choices.len()).unwrap_or(u64::MAX));
        choices.get(usize::try_from(index).unwrap_or(usize::MAX))
    }
}

/// Returns a time in whole milliseconds.
#[must_use]
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
