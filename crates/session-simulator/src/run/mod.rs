//! Runs of plans: one seed, many seeds, and what to do with one that fails.

mod campaign;
mod minimise;
mod outcome;
mod person;
mod queue;
mod scheduler;
mod transport;

pub use campaign::Campaign;
#[cfg(not(target_family = "wasm"))]
pub use campaign::run_all;
pub use minimise::minimise;
pub use outcome::{Outcome, Story};
pub use scheduler::{Scheduler, simulate};

use crate::plan::Options;

/// Returns the hash of the runs of `count` seeds from `first` on: the same wherever they run.
#[must_use]
pub fn traces_hash(first: u64, count: u64) -> u64 {
    let seeds = first..first.saturating_add(count);
    seeds.fold(0, |hash: u64, seed| {
        hash.rotate_left(7).wrapping_mul(0x0100_0000_01b3) ^ trace_hash(seed)
    })
}

/// Returns the hash of the run of a seed: the same wherever it runs.
#[must_use]
pub fn trace_hash(seed: u64) -> u64 {
    simulate(seed, &Options::default()).trace
}
