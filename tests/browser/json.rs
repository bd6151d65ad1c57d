//! JSON through the browser's own parser: the same values as natively.

use session_protocol::{MAX_DEPTH, Value, WireError, parse, write};
use wasm_bindgen_test::wasm_bindgen_test;

const LIMIT: usize = 64 * 1024;

/// The golden fixtures of the wire, decoded natively in `tests/native/wire`.
const FIXTURES: &[&str] = &[
    include_str!("../native/wire/fixtures/client-activity.json"),
    include_str!("../native/wire/fixtures/client-auth-refresh.json"),
    include_str!("../native/wire/fixtures/client-auth.json"),
    include_str!("../native/wire/fixtures/client-heartbeat.json"),
    include_str!("../native/wire/fixtures/client-subscribe-after.json"),
    include_str!("../native/wire/fixtures/client-subscribe.json"),
    include_str!("../native/wire/fixtures/client-unsubscribe.json"),
    include_str!("../native/wire/fixtures/config-contract.json"),
    include_str!("../native/wire/fixtures/config-full.json"),
    include_str!("../native/wire/fixtures/foreign-auth-ok.json"),
    include_str!("../native/wire/fixtures/foreign-numeric-ids.json"),
    include_str!("../native/wire/fixtures/foreign-rfc6749-error.json"),
    include_str!("../native/wire/fixtures/foreign-rfc6749-token-response.json"),
    include_str!("../native/wire/fixtures/foreign-session-expired.json"),
    include_str!("../native/wire/fixtures/http-login-request.json"),
    include_str!("../native/wire/fixtures/http-problem.json"),
    include_str!("../native/wire/fixtures/http-session-status-active.json"),
    include_str!("../native/wire/fixtures/http-session-status-ended.json"),
    include_str!("../native/wire/fixtures/http-session-status-none.json"),
    include_str!("../native/wire/fixtures/http-ticket-response.json"),
    include_str!("../native/wire/fixtures/http-token-response-bare.json"),
    include_str!("../native/wire/fixtures/http-token-response.json"),
    include_str!("../native/wire/fixtures/server-auth-expiring-soon.json"),
    include_str!("../native/wire/fixtures/server-auth-ok-bare.json"),
    include_str!("../native/wire/fixtures/server-auth-ok-crowded.json"),
    include_str!("../native/wire/fixtures/server-auth-ok.json"),
    include_str!("../native/wire/fixtures/server-data-update.json"),
    include_str!("../native/wire/fixtures/server-error.json"),
    include_str!("../native/wire/fixtures/server-going-away.json"),
    include_str!("../native/wire/fixtures/server-heartbeat-ack.json"),
    include_str!("../native/wire/fixtures/server-session-expired.json"),
    include_str!("../native/wire/fixtures/server-session-extended.json"),
    include_str!("../native/wire/fixtures/server-session-warning-absolute.json"),
    include_str!("../native/wire/fixtures/server-session-warning-admin.json"),
    include_str!("../native/wire/fixtures/server-session-warning-idle.json"),
    include_str!("../native/wire/fixtures/tab-expired.json"),
    include_str!("../native/wire/fixtures/tab-logged-in.json"),
    include_str!("../native/wire/fixtures/tab-logged-out.json"),
];

#[wasm_bindgen_test]
fn the_golden_fixtures_are_read_as_they_are_natively() {
    for text in FIXTURES {
        // Beyond 2^53 a browser's number is not exact.
        let text = &text.replace("18446744073709551615", "9007199254740991");
        let native: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text, LIMIT), Ok(native.clone()), "{text}");
        assert_eq!(parse(&write(&native), LIMIT), Ok(native), "{text}");
    }
}

#[wasm_bindgen_test]
fn numbers_keep_their_kind() {
    for text in [
        "0",
        "-1",
        "1.5",
        "-0.25",
        "9007199254740991",
        "-9007199254740991",
        "1e3",
        "1e300",
    ] {
        let native: Value = serde_json::from_str(text).unwrap();
        let read = parse(text, LIMIT).unwrap();
        assert_eq!(read.as_f64(), native.as_f64(), "{text}");
        if native.is_u64() || native.is_i64() {
            assert_eq!(read, native, "{text}");
        }
    }
}

#[wasm_bindgen_test]
fn texts_are_kept_whatever_they_hold() {
    for text in [
        "",
        "\"\\\n\t\u{0}",
        "Grüße 👋🏽",
        "</script>",
        "__proto__",
        "\u{2028}",
    ] {
        let value: Value = [(text, text)].into_iter().collect();
        assert_eq!(parse(&write(&value), LIMIT), Ok(value), "{text:?}");
    }
}

#[wasm_bindgen_test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        "{",
        "{\"a\":}",
        "nul",
        "{'a':1}",
        "[1,]",
        "01",
        "NaN",
        "\u{feff}{}",
    ] {
        assert_eq!(parse(text, LIMIT), Err(WireError::NotJson), "{text:?}");
    }
}

#[wasm_bindgen_test]
fn size_and_depth_are_bounded_before_the_browser_reads() {
    let deep = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat();
    assert!(parse(&deep(MAX_DEPTH), LIMIT).is_ok());
    assert_eq!(parse(&deep(MAX_DEPTH + 1), LIMIT), Err(WireError::TooDeep));
    let long = ["\"", &"x".repeat(LIMIT), "\""].concat();
    assert!(matches!(
        parse(&long, LIMIT),
        Err(WireError::TooLarge { .. })
    ));
}
