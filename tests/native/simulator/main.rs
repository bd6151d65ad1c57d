//! The simulator: the same seed gives the same run, every seed keeps every promise, and each seeded
//! bug breaks the promise that it is about.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that meets something unexpected fails"
)]

mod bugs;
mod locks;
mod plans;
mod seeds;
