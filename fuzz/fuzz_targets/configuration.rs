//! What a deployment wrote into the page.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::configuration(bytes));
