//! What the server does with ten thousand sockets, in numbers against bounds.
//!
//! Invariants: every bound is printed beside what was measured; clients come back as the project's
//! client does, by its own constants, each user from an address of its own.

mod crowd;
mod peer;
mod phases;
mod scene;
mod table;

pub use peer::{Comparison, compare};
pub use phases::{LoadOptions, run};
pub use table::{Row, Table, percentile};
