//! Size and depth: refused beyond the limit and only beyond it, before anything else is looked at.

use proptest::prelude::*;
use serde_json::Value;
use session_protocol::{
    ClientMessage, MAX_DEPTH, MAX_MESSAGE_BYTES, MessageNames, ServerMessage, TabNotice, WireError,
    http::{MAX_BODY_BYTES, parse_body},
    parse,
    tab::MAX_NOTICE_BYTES,
    write,
};

use super::{
    gate::{cases, gate},
    values,
};

fn too_large(length: usize, limit: usize) -> WireError {
    WireError::TooLarge { length, limit }
}

/// Counts the levels of arrays and objects.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Puts a value into this many arrays and objects.
fn nested(value: Value, levels: usize) -> Value {
    (0..levels).fold(value, |inner, level| match level % 3 {
        0 => Value::Array(vec![inner]),
        1 => [("{[\"", inner)].into_iter().collect(),
        _ => Value::Array(vec![Value::from("]}"), inner]),
    })
}

proptest! {
    // A case is long: a quarter of a megabyte.
    #![proptest_config(cases(128))]

    #[test]
    fn a_text_beyond_the_limit_is_refused_whatever_it_says(
        text in "\\PC{1,40}",
        beyond in 1..2000_usize,
    ) {
        let fill = |limit: usize| {
            let mut long = text.repeat((limit + beyond).div_ceil(text.len()));
            long.push_str("{}");
            long
        };
        let long = fill(MAX_MESSAGE_BYTES);
        let error = too_large(long.len(), MAX_MESSAGE_BYTES);
        prop_assert_eq!(ServerMessage::decode(&long, &MessageNames::default()), Err(error.clone()));
        prop_assert_eq!(ClientMessage::decode(&long), Err(error));
        let long = fill(MAX_BODY_BYTES);
        prop_assert_eq!(parse_body(&long), Err(too_large(long.len(), MAX_BODY_BYTES)));
        let long = fill(MAX_NOTICE_BYTES);
        prop_assert_eq!(TabNotice::decode(&long), Err(too_large(long.len(), MAX_NOTICE_BYTES)));
    }

    #[test]
    fn a_text_that_fills_the_limit_is_read(notice in values::notice(), front in any::<bool>()) {
        let text = notice.encode();
        let space = " ".repeat(MAX_NOTICE_BYTES - text.len());
        let full = if front { space + &text } else { text + &space };
        prop_assert_eq!(TabNotice::decode(&full), Ok(notice));
    }
}

proptest! {
    #![proptest_config(gate())]

    /// The levels are counted on the text; counted on the value they are the same.
    #[test]
    fn nesting_is_refused_beyond_32_levels_and_only_there(
        value in values::json(),
        levels in 20..=40_usize,
    ) {
        let value = nested(value, levels);
        let text = write(&value);
        let expected = if depth(&value) > MAX_DEPTH { Err(WireError::TooDeep) } else { Ok(value) };
        prop_assert_eq!(parse(&text, text.len()), expected);
    }

    #[test]
    fn brackets_in_a_text_are_no_levels(text in r#"[\[{"\\]{0,80}"#) {
        let value = Value::from(text);
        prop_assert_eq!(parse(&write(&value), 1000), Ok(value));
    }

    #[test]
    fn the_limit_counts_bytes(value in values::json(), short_by in 1..10_usize) {
        let text = write(&value);
        let limit = text.len().saturating_sub(short_by);
        prop_assert_eq!(parse(&text, text.len()), Ok(value));
        prop_assert_eq!(parse(&text, limit), Err(too_large(text.len(), limit)));
    }
}
