//! Any text, and any JSON that looks like a message, is read or refused; what is read is written
//! and read again as the same. These are the statements of the fuzz targets.

use proptest::{collection::vec, prelude::*};
use session_protocol::write;

use super::{corpus::wire, gate::gate, values};

fn every_decoder(bytes: &[u8]) {
    wire::server_frame(bytes);
    wire::client_frame(bytes);
    wire::tab_notice(bytes);
    wire::http_body(bytes);
    wire::configuration(bytes);
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        every_decoder(&bytes);
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        every_decoder(text.as_bytes());
    }

    #[test]
    fn any_json(value in values::json()) {
        every_decoder(write(&value).as_bytes());
    }

    #[test]
    fn any_object_with_the_fields_of_the_protocol(value in values::near_miss()) {
        every_decoder(write(&value).as_bytes());
    }
}
