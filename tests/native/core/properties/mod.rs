//! What holds for any life of a client: each statement is tried on many random lives, and a life
//! that breaks it is cut down to what matters.
//!
//! The lives are the same in each run. `PROPTEST_CASES=1000000 PROPTEST_RNG_SEED=7` tries more and
//! others.

#[path = "../../../../fuzz/src/client/mod.rs"]
mod client;
#[path = "../../wire/properties/gate.rs"]
mod gate;

mod activity;
mod clocks;
mod close_codes;
mod corpus;
mod expiry;
mod limits;
mod lives;
mod logouts;
mod notices;
mod refresh_timing;
mod requests;
mod sharing;
mod updates;
mod values;
mod waits;
mod wakes;
