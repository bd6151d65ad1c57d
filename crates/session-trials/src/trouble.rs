//! Why a trial could not be held, in words for the person who started it.

use std::fmt;

/// Why a trial could not be held.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    /// Says what was expected and what was found.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Adds what was being done.
    pub(crate) fn when<E: fmt::Display>(doing: &str) -> impl FnOnce(E) -> Self {
        move |error| Self(format!("{doing}: {error}"))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}
