//! A fault in a configuration, worded for the person who wrote it.

use std::fmt;

/// One fault in a configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigProblem {
    /// Path of the key, for example `timing.refreshAt`; empty for the whole document.
    pub key: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "session-config: expected {}", self.expected),
            key => write!(f, "session-config: `{key}`: expected {}", self.expected),
        }
    }
}

impl std::error::Error for ConfigProblem {}
