//! Fuzz targets: everything that reads what somebody else wrote, and the client itself.
//!
//! A target takes any bytes and panics if a statement about them does not hold. The statements are
//! in files of their own, because the tests in `tests/native` include them: they replay each file
//! of `fuzz/corpus` in every run, without a fuzzer.

mod addresses;
mod client;
mod wire;

pub use addresses::return_path;
pub use client::client_inputs;
pub use wire::{client_frame, configuration, http_body, server_frame, tab_notice};
