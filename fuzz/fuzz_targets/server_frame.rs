//! What a server sent on the socket.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| session_fuzz::server_frame(bytes));
