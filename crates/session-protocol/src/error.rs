//! Why a message from outside was refused.
//!
//! Invariant: the text of an error never contains the message it refuses, only names and sizes,
//! since a refused message may hold a token.

use std::fmt;

/// Most bytes of a name from outside that an error shows.
const SHOWN: usize = 40;

/// Returns as much of a name from outside as an error shows.
pub(crate) fn shown(name: &str) -> String {
    name[..name.floor_char_boundary(SHOWN)].to_owned()
}

/// Why a message from outside was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WireError {
    /// The frame was binary; this protocol is text only.
    Binary,
    /// The text is longer than the limit.
    TooLarge {
        /// Length that was found, in bytes.
        length: usize,
        /// Longest length that is accepted, in bytes.
        limit: usize,
    },
    /// Arrays and objects are nested deeper than [`crate::MAX_DEPTH`].
    TooDeep,
    /// The text is not JSON.
    NotJson,
    /// The JSON is not an object.
    NotAnObject,
    /// The object has no `type`, or one that is not a text.
    MissingType,
    /// The `type` names no known message.
    UnknownType {
        /// The name that was found, at most 40 bytes of it.
        name: String,
    },
    /// A field that the message needs is absent.
    MissingField {
        /// Name of the field.
        field: &'static str,
    },
    /// A field holds something of another kind.
    WrongField {
        /// Name of the field.
        field: &'static str,
        /// What was expected, for example "a number of seconds".
        expected: &'static str,
    },
}

impl WireError {
    /// Returns a short stable label, for counters and logs.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::TooLarge { .. } => "too_large",
            Self::TooDeep => "too_deep",
            Self::NotJson => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::MissingType => "missing_type",
            Self::UnknownType { .. } => "unknown_type",
            Self::MissingField { .. } => "missing_field",
            Self::WrongField { .. } => "wrong_field",
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary => f.write_str("expected a text frame, found a binary one"),
            Self::TooLarge { length, limit } => {
                write!(f, "expected at most {limit} bytes, found {length}")
            }
            Self::TooDeep => f.write_str("expected at most 32 levels of nesting, found more"),
            Self::NotJson => f.write_str("expected JSON, found something else"),
            Self::NotAnObject => f.write_str("expected a JSON object, found another kind of JSON"),
            Self::MissingType => f.write_str("expected a text in `type`, found none"),
            Self::UnknownType { name } => {
                write!(f, "expected a known message type, found `{name}`")
            }
            Self::MissingField { field } => write!(f, "expected a field `{field}`, found none"),
            Self::WrongField { field, expected } => {
                write!(f, "expected {expected} in `{field}`, found something else")
            }
        }
    }
}

impl std::error::Error for WireError {}
