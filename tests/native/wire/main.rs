//! The wire, from outside: golden fixtures in both directions, tolerance, limits, secrets.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and says what it expected"
)]

mod bodies;
mod configuration;
mod durations;
mod end_reasons;
mod fixtures;
mod fuzz;
mod limits;
mod notices;
mod properties;
mod secrets;
mod socket_messages;
mod tolerance;
