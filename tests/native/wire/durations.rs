//! Durations as people write them.

use std::time::Duration;

use session_protocol::duration::parse;

#[test]
fn each_unit_is_read() {
    let cases = [
        ("500ms", 500),
        ("0s", 0),
        ("20s", 20_000),
        ("5m", 300_000),
        ("24h", 86_400_000),
        ("30d", 2_592_000_000),
        ("007s", 7_000),
    ];
    for (text, millis) in cases {
        assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
    }
}

#[test]
fn anything_else_is_refused_with_an_example() {
    let refused = [
        "",
        "5",
        "s",
        "-5s",
        "+5s",
        "5 s",
        " 5s",
        "5s ",
        "1.5h",
        "5S",
        "5min",
        "5m30s",
        "\u{665}s",
        "99999999999999999999s",
        "18446744073709551615d",
    ];
    for text in refused {
        let error = parse(text).expect_err(text);
        assert!(
            error
                .to_string()
                .contains("such as 500ms, 20s, 5m, 24h or 30d"),
            "{text}"
        );
    }
}

#[test]
fn a_long_text_is_not_repeated_in_the_refusal() {
    let error = parse(&"9".repeat(10_000)).expect_err("a refusal");

    assert!(error.to_string().len() < 150);
}
