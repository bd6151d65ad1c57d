//! Durations: on the wire as seconds, in a configuration as people write them.

use std::time::Duration;

use proptest::{prelude::*, sample::select};
use serde_json::Value;
use session_protocol::{MessageNames, ServerMessage, duration, write};

use super::{
    gate::gate,
    values::{self, LONGEST},
};

/// Reads a number of seconds as the wire does.
fn read(seconds: f64) -> Duration {
    let message: Value = [
        ("type", Value::from("GOING_AWAY")),
        ("reconnectWithinSeconds", Value::from(seconds)),
    ]
    .into_iter()
    .collect();
    match ServerMessage::decode(&write(&message), &MessageNames::default()) {
        Ok(ServerMessage::GoingAway { reconnect_within }) => reconnect_within,
        other => panic!("expected a message, found {other:?}"),
    }
}

const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn no_number_of_seconds_is_negative_or_beyond_ten_years(bits in any::<u64>()) {
        let seconds = f64::from_bits(bits);
        prop_assume!(seconds.is_finite());
        let read = read(seconds);
        prop_assert!(read <= LONGEST);
        if seconds <= 0.0 {
            prop_assert_eq!(read, Duration::ZERO);
        }
    }

    #[test]
    fn more_seconds_are_never_read_as_less(a in -10.0..4e8_f64, b in -10.0..4e8_f64) {
        let (less, more) = (a.min(b), a.max(b));
        prop_assert!(read(less) <= read(more));
    }

    #[test]
    fn seconds_are_read_to_the_millisecond(seconds in 0.0..3e8_f64) {
        let error = (read(seconds).as_secs_f64() - seconds).abs();
        prop_assert!(error <= 0.000_51, "{} s off", error);
    }

    #[test]
    fn every_millisecond_survives_the_way_there_and_back(remaining in values::duration()) {
        let message = ServerMessage::AuthExpiringSoon { remaining };
        let read = ServerMessage::decode(&message.encode(), &MessageNames::default());
        prop_assert_eq!(read, Ok(message));
    }

    #[test]
    fn a_whole_number_with_a_unit_is_that_long(
        number in 0..1_000_000_u64,
        (unit, millis) in select(UNITS.to_vec()),
    ) {
        let expected = Duration::from_millis(number * millis);
        prop_assert_eq!(duration::parse(&format!("{number}{unit}")), Ok(expected));
    }

    /// Nothing is clamped in what a person wrote: what does not fit is refused.
    #[test]
    fn what_is_read_is_a_whole_number_with_a_unit(text in "[0-9]{0,22}[mshd ]{0,3}|\\PC{0,8}") {
        let digits = text.trim_start_matches(|it: char| it.is_ascii_digit());
        let number = text[..text.len() - digits.len()].parse::<u64>().ok();
        let unit = UNITS.into_iter().find(|(unit, _)| *unit == digits);
        let expected = number.zip(unit).and_then(|(number, (_, millis))| number.checked_mul(millis));
        let read = duration::parse(&text).ok();
        prop_assert_eq!(read, expected.map(Duration::from_millis));
    }
}
