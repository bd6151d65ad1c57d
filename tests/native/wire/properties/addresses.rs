//! Where an address leads: for every text a page of this app, in this app, at this origin.
//!
//! The app has no return address: who has to log in does so at the address that was asked for. So
//! the way back is what the routes make of the address bar, and that is what these statements are
//! about; the URL standard is the judge of where a path leads.

use proptest::{collection::vec, prelude::*, sample::select};
use session_protocol::{SessionConfig, Value, write};
use url::Url;

use super::gate::gate;

#[path = "../../../../fuzz/src/addresses.rs"]
mod target;

pub(super) use target::return_path;

/// Pieces of addresses that lead astray where a path is not read as browsers do.
const PIECES: [&str; 34] = [
    "/",
    "//",
    "\\",
    "/\\",
    "\\/",
    "..",
    ".",
    "%2f",
    "%5c",
    "%2e",
    "%00",
    "\t",
    "\n",
    "\r",
    "\0",
    " ",
    "\u{ff0f}",
    "\u{3002}",
    "\u{2024}",
    "\u{202e}",
    "https:",
    "javascript:",
    "data:",
    "@",
    ":",
    "?",
    "#",
    "evil.example",
    "app",
    "login",
    "notes",
    "[::1]",
    "xn--",
    "é",
];

/// Paths that are known to fool naive checks.
const HOSTILE: [&str; 25] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n\\evil.example",
    "\r//evil.example",
    "/\0/evil.example",
    " //evil.example",
    "https:evil.example",
    "https://app.example@evil.example",
    "https://app.example.evil.example",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/./\\evil.example",
    "/app/..//evil.example",
    "/app//evil.example",
    "/app/\\evil.example",
    "/app\\\\evil.example",
    "/login//evil.example",
];

fn address() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(PIECES.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        1 => "[a-z0-9_-]{0,70}",
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn with_base(base: u8, address: &str) -> Vec<u8> {
    let mut bytes = vec![base];
    bytes.extend_from_slice(address.as_bytes());
    bytes
}

#[test]
fn no_hostile_address_leads_away() {
    for address in HOSTILE {
        for base in 0..3 {
            return_path(&with_base(base, address));
        }
    }
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn no_address_leads_away(base in 0..3_u8, address in address()) {
        return_path(&with_base(base, &address));
    }

    #[test]
    fn no_bytes_lead_away(bytes in vec(any::<u8>(), 0..40)) {
        return_path(&bytes);
    }

    /// What a deployment may configure as the folder of the app is a folder of this origin.
    #[test]
    fn a_configured_base_is_a_folder_of_this_origin(inner in address()) {
        let base = format!("/{inner}/");
        let config = write(&[("basePath", Value::from(base.as_str()))].into_iter().collect());
        if let Ok(config) = SessionConfig::parse(&config) {
            let base = config.base_path.expect("the path that was configured");
            let here = Url::parse("https://app.example").expect("an origin");
            let there = here.join(&base).expect("a path");
            prop_assert_eq!(there.origin(), here.origin(), "{:?}", base);
        }
    }
}
