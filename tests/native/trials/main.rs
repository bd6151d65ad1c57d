//! Trials of the running server, small enough for every run of the tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

mod crash;
mod load;
