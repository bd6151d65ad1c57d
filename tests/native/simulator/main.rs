//! The simulator: the same seed gives the same run, every seed keeps every promise, and each seeded
//! bug breaks the promise that it is about.

mod bugs;
mod locks;
mod plans;
mod seeds;
