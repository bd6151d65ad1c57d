//! Fuzz targets: everything that reads what somebody else wrote, and the client itself.
//!
//! A target takes any bytes and panics if a statement about them does not hold. The statements are
//! in modules of their own, because the tests in `tests/native` include them: they replay each file
//! of `fuzz/corpus` in every run, without a fuzzer.

mod addresses;
mod client;
mod wire;

use arbitrary::{Arbitrary, Result, Unstructured};

/// What a client sent on its socket, as the backend reads it.
pub fn client_frame(bytes: &[u8]) {
    wire::client_frame(bytes);
}

/// What can happen to a client, in any order. The fuzzer shows a life that breaks a promise.
#[derive(Debug)]
pub struct Life(client::Life);

impl<'a> Arbitrary<'a> for Life {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Self)
    }
}

/// Lives a life.
pub fn client_inputs(life: &Life) {
    life.0.live();
}

/// What a deployment wrote into the page.
pub fn configuration(bytes: &[u8]) {
    wire::configuration(bytes);
}

/// What a server answered, or a client sent, over HTTP.
pub fn http_body(bytes: &[u8]) {
    wire::http_body(bytes);
}

/// What stands in the address bar, in a link, or where the bundle was loaded from.
pub fn return_path(bytes: &[u8]) {
    addresses::return_path(bytes);
}

/// What a server sent on the socket.
pub fn server_frame(bytes: &[u8]) {
    wire::server_frame(bytes);
}

/// What another tab, or a stranger, sent to this one.
pub fn tab_notice(bytes: &[u8]) {
    wire::tab_notice(bytes);
}
