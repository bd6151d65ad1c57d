//! What another tab, or a stranger, sent to this one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::tab_notice(bytes));
