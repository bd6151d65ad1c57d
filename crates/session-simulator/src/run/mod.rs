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

/// Returns the hash of the run of a seed: the same wherever it runs.
#[must_use]
pub fn trace_hash(seed: u64) -> u64 {
    simulate(seed, &Options::default()).trace
}
