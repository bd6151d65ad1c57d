//! Draws from a seed, so that a trial can be held again.

use std::time::Duration;

use fastrand::Rng;

/// A sequence of draws.
#[derive(Clone, Debug)]
pub(crate) struct Draw(Rng);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Draws below a number, zero if it is zero.
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0.u64(0..most.max(1))
    }

    /// Draws a time up to this one.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.0.u64(0..=most))
    }

    /// Begins another sequence.
    pub(crate) fn branch(&mut self) -> Self {
        Self(self.0.fork())
    }
}
