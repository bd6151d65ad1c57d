//! What a seed means: a configuration, a person's life, and what goes wrong in it.
//!
//! A plan is a list of entries, each with a time. Leaving entries out leaves the others as they
//! are, so that a failing plan can be made smaller. Faults are repaired by the entry that makes
//! them, and all before [`Plan::calm_from`]: what follows is a quiet time in which everything must
//! come right again.

mod dense;
mod entry;
mod long;
mod options;
mod policy;
mod trouble;

pub use entry::{Act, Entry, Leg, Weather};
pub use options::{Options, Plan};
