//! What can happen to a client, in any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::client_inputs(bytes));
