//! The pure client, from outside: a table of every state and input, scenarios in the order of a
//! session's life, and invariants over random walks. Time is virtual; nothing sleeps.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unchecked_time_subtraction,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, and looks only at the variants that it is about"
)]

mod invariants;
mod policies;
mod properties;
mod scenarios;
mod support;
mod table;
