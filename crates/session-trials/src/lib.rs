//! Trials of the running server, from outside: the program in a process of its own, clients over
//! TCP, `kill -9`.
//!
//! `load` measures against bounds; `crash` kills the server under load and checks from the histories
//! of its clients that nothing which was answered is lost, and nothing which ended lives again.
//!
//! Invariants: nothing here looks into the server, besides its own metrics, its memory as the kernel
//! counts it, and the store in which accounts and sessions are prepared before it starts; what a
//! trial cannot do on a machine it says instead of measuring something else.

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "both programs talk to a person at a terminal"
)]

mod browser;
pub mod crash;
mod draw;
mod http;
pub mod load;
mod prepared;
mod process;
mod redis;
mod socket;
mod trouble;

pub use browser::{Browser, Outcome};
pub use process::{Launch, Server, backend_program, raise_open_files};
pub use trouble::{Trouble, verdict};
