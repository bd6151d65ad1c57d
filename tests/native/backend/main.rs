//! The reference backend over real HTTP and real sockets: the contract, executed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accounts;
mod arrival;
mod assets;
mod conformance;
mod crowds;
mod demo;
mod descriptions;
mod devices;
mod documents;
mod dump;
mod events;
mod forgery;
mod guessing;
mod headers;
mod interleavings;
mod limits;
mod login;
mod logout;
mod methods;
mod nodes;
mod notes;
mod operation;
mod origins;
mod policy;
mod process;
mod refresh;
mod slowness;
mod step_up;
mod store;
mod support;
mod theft;
mod tokens;
mod topic;
mod wire;
