//! A broken promise: which one, and how it was seen.

use std::fmt;

/// A broken invariant.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Violation {
    /// Name of the invariant, for example `S1`.
    pub invariant: &'static str,
    /// What was expected and what was found.
    pub what: String,
}

impl Violation {
    /// Describes a broken invariant.
    #[must_use]
    pub fn new(invariant: &'static str, what: impl Into<String>) -> Self {
        Self {
            invariant,
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

impl std::error::Error for Violation {}
