//! Durations as people write them: `500ms`, `20s`, `5m`, `24h`, `30d`.
//!
//! Invariant: [`parse`] accepts one whole number and one unit, nothing else.

use std::{fmt, time::Duration};

use crate::error::shown;

/// A text that is no duration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ParseDurationError {
    found: String,
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.found;
        write!(
            f,
            "expected a duration such as 500ms, 20s, 5m, 24h or 30d, found `{found}`"
        )
    }
}

impl std::error::Error for ParseDurationError {}

/// Reads a duration.
///
/// # Errors
///
/// [`ParseDurationError`] unless the text is a whole number and one of `ms`, `s`, `m`, `h`, `d`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use session_protocol::duration::parse;
/// assert_eq!(parse("5m"), Ok(Duration::from_secs(300)));
/// assert!(parse("5").is_err());
/// ```
pub fn parse(text: &str) -> Result<Duration, ParseDurationError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let millis_per_unit = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let millis = number
        .parse::<u64>()
        .ok()
        .zip(millis_per_unit)
        .and_then(|(number, unit)| number.checked_mul(unit));
    millis
        .map(Duration::from_millis)
        .ok_or_else(|| ParseDurationError { found: shown(text) })
}
