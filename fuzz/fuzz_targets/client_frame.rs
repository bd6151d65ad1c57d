//! What a client sent on its socket.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::client_frame(bytes));
