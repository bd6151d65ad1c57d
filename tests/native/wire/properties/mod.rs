//! What holds for any text and any message: each statement is tried on a thousand random values,
//! and a failure is shrunk to the smallest value that still fails.
//!
//! The values are the same in each run. `PROPTEST_CASES=1000000 PROPTEST_RNG_SEED=7` tries more
//! and others.

mod addresses;
mod any_text;
mod configurations;
mod corpus;
mod durations;
mod gate;
mod limits;
mod reasons;
mod refusals;
mod round_trips;
mod secrecy;
mod spellings;
mod values;
