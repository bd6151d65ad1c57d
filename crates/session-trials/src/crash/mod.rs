//! `kill -9` under load, again and again, and a check of what the clients were told.
//!
//! Each cycle: clients log in, refresh, log out and write notes, all at once; after a random number of
//! answers the server is killed and started again; then every client asks for everything it was ever
//! promised.
//!
//! Invariants: a client that got no answer believes nothing; what it did get an answer for binds the
//! server for ever. The seed decides what clients do and when the server dies; what the kernel does
//! in between, nobody.

mod checks;
mod client;
mod history;
mod report;
mod trial;

pub use history::Violation;
pub use report::Report;
pub use trial::{CrashOptions, Trial, TrialStore};
