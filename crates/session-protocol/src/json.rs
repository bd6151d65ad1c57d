//! From text to fields: size and depth limits, one parser, tolerant field names.
//!
//! Invariants: text beyond the limits is refused before it is parsed; a duration is never negative
//! and never above [`LONGEST`].

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Secret, WireError, names::same_name, text};

/// Deepest nesting of arrays and objects that is accepted.
pub const MAX_DEPTH: usize = 32;

/// Largest whole number that is read, 2^53 - 1: every JSON reader keeps those up to it exactly, and a
/// browser none beyond.
///
/// Source: RFC 7493 section 2.2 (numbers in I-JSON).
pub const MAX_COUNT: u64 = (1 << 53) - 1;

/// Longest duration a peer can tell: ten years. Larger ones are clamped, so that arithmetic on
/// them cannot overflow.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Parses JSON of at most `limit` bytes and [`MAX_DEPTH`] levels.
///
/// # Errors
///
/// A [`WireError`] if the text is too large, too deep or not JSON.
pub fn parse(text: &str, limit: usize) -> Result<Value, WireError> {
    if text.len() > limit {
        return Err(WireError::TooLarge {
            length: text.len(),
            limit,
        });
    }
    if depth_exceeded(text) {
        return Err(WireError::TooDeep);
    }
    text::parse(text).ok_or(WireError::NotJson)
}

/// Writes JSON on one line.
#[must_use]
pub fn write(value: &Value) -> String {
    text::write(value)
}

/// Parses a JSON object of at most `limit` bytes.
pub(crate) fn parse_object(text: &str, limit: usize) -> Result<Map<String, Value>, WireError> {
    if let Value::Object(object) = parse(text, limit)? {
        Ok(object)
    } else {
        Err(WireError::NotAnObject)
    }
}

/// Counts brackets outside strings. Text that is not JSON may be misjudged here; the parser
/// refuses it next.
fn depth_exceeded(text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Reads the fields of one JSON object by tolerant name. `null` counts as absent.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, WireError> {
        value.as_object().map(Self).ok_or(WireError::NotAnObject)
    }

    pub(crate) fn find(self, field: &str) -> Option<&'a Value> {
        let exact = self.0.get(field).filter(|value| !value.is_null());
        exact.or_else(|| {
            let mut pairs = self.0.iter();
            pairs
                .find(|(name, value)| same_name(name, field) && !value.is_null())
                .map(|(_, value)| value)
        })
    }

    pub(crate) fn type_name(self) -> Result<&'a str, WireError> {
        let name = self.find("type").and_then(Value::as_str);
        name.ok_or(WireError::MissingType)
    }

    pub(crate) fn optional<T>(
        self,
        field: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, WireError> {
        match self.find(field) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(read) => Ok(Some(read)),
                None => Err(WireError::WrongField { field, expected }),
            },
        }
    }

    pub(crate) fn text(self, field: &'static str) -> Result<&'a str, WireError> {
        self.optional_text(field)?
            .ok_or(WireError::MissingField { field })
    }

    pub(crate) fn optional_text(self, field: &'static str) -> Result<Option<&'a str>, WireError> {
        self.optional(field, "a text", Value::as_str)
    }

    /// Reads a token or a ticket: an empty one would be sent and refused for ever.
    pub(crate) fn secret(self, field: &'static str) -> Result<Secret, WireError> {
        self.optional(field, "a text that is not empty", |value| {
            value.as_str().filter(|text| !text.is_empty())
        })?
        .map(Secret::new)
        .ok_or(WireError::MissingField { field })
    }

    /// Reads an identifier: a text, or a number as many backends have it.
    pub(crate) fn identifier(self, field: &'static str) -> Result<String, WireError> {
        self.optional(field, "a text or a whole number", |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => number.as_u64().map(|number| number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })?
        .ok_or(WireError::MissingField { field })
    }

    pub(crate) fn flag(self, field: &'static str) -> Result<Option<bool>, WireError> {
        self.optional(field, "true or false", Value::as_bool)
    }

    pub(crate) fn count(self, field: &'static str) -> Result<Option<u64>, WireError> {
        self.optional(field, "a whole number below 2^53", |value| {
            value.as_u64().filter(|count| *count <= MAX_COUNT)
        })
    }

    pub(crate) fn seconds(self, field: &'static str) -> Result<Duration, WireError> {
        self.optional_seconds(field)?
            .ok_or(WireError::MissingField { field })
    }

    pub(crate) fn optional_seconds(
        self,
        field: &'static str,
    ) -> Result<Option<Duration>, WireError> {
        self.optional(field, "a number of seconds", |value| {
            value.as_f64().map(duration_from_seconds)
        })
    }
}

/// Clamps to 0 and [`LONGEST`]; keeps milliseconds.
fn duration_from_seconds(seconds: f64) -> Duration {
    if seconds >= LONGEST.as_secs_f64() {
        return LONGEST;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float to integer cast saturates, and the upper bound is checked above"
    )]
    Duration::from_millis((seconds * 1000.0).round() as u64)
}

/// Makes an object of fields. Unlike `json!` it needs no serializer, which the bundle would carry.
#[must_use]
pub fn object(fields: Vec<(&str, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// Writes a duration as whole or fractional seconds, as the wire has it.
pub(crate) fn seconds_value(duration: Duration) -> Value {
    if duration.subsec_millis() == 0 {
        Value::from(duration.as_secs())
    } else {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        #[expect(
            clippy::cast_precision_loss,
            reason = "ten years of milliseconds are exact in f64"
        )]
        Value::from(millis as f64 / 1000.0)
    }
}
