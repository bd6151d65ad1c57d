//! A deterministic world for the session client: a server, browsers with tabs, faults, a thief.
//!
//! Everything here is a state and functions on it. There is no clock, no randomness, no IO and no
//! async: every choice that a real world makes by chance is an argument, so that one driver can
//! draw it from a seed and another can try all of them.

#![forbid(unsafe_code)]

pub mod adversary;
pub mod bug;
pub mod server;
pub mod violation;
