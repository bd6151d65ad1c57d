//! A deterministic world for the session client: a server, browsers with tabs, faults, a thief.
//!
//! Everything here is a state and functions on it. There is no clock, no randomness, no IO and no
//! async: every choice that a real world makes by chance is an argument, so that one driver can
//! draw it from a seed and another can try all of them.

#![forbid(unsafe_code)]

pub mod adversary;
pub mod aside;
pub mod browser;
pub mod bug;
pub mod chance;
pub mod command_line;
pub mod history;
pub mod invariants;
pub mod liveness;
pub mod network;
pub mod plan;
pub mod run;
pub mod server;
pub mod tally;
pub mod trace;
pub mod violation;
pub mod world;
