//! Why a trial could not be held, in words for the person who started it.

use std::{fmt, process::ExitCode};

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

/// Returns how a program of this name ends: well only if the trial was held and passed.
#[must_use]
pub fn verdict(program: &str, passed: Result<bool, Trouble>) -> ExitCode {
    match passed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("{program}: {trouble}");
            ExitCode::FAILURE
        }
    }
}
