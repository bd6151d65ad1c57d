//! What can happen to a client, in any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|life: session_fuzz::Life| session_fuzz::client_inputs(&life));
