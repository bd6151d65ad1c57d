//! Random draws from a seed that the shell hands in.
//!
//! Invariant: the same seed gives the same draws on every machine. Used for jitter only, never for
//! secrets.
//!
//! Source: `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
//! 2014).

use std::time::Duration;

/// A sequence of draws.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws a duration from zero to `limit`, in whole milliseconds.
    pub(crate) fn up_to(&mut self, limit: Duration) -> Duration {
        let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.next() % millis.saturating_add(1))
    }
}
