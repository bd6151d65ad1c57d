//! What a server answered, or a client sent, over HTTP.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::http_body(bytes));
