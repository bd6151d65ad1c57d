//! What stands in the address bar, in a link, or where the bundle was loaded from.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::return_path(bytes));
