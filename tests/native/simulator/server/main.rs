//! The model of the server: the rotation contract rule by rule, limits, sockets, crashes, and that
//! each invariant reports a broken promise and each seeded bug breaks one.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that meets something unexpected fails"
)]

mod bugs;
mod calls;
mod durability;
mod faults;
mod invariants;
mod limits;
mod rotation;
mod sockets;
mod support;
mod theft;
mod walk;
