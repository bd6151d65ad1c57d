//! Why a command could not go on, worded for a person: what was expected, what was found, what to do.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use crate::args::BadArguments;

/// The one error of this program.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Ctrl-C, or a signal that asks to end.
    Interrupted,
    /// One line for a person.
    Message(String),
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl From<BadArguments> for Failure {
    fn from(bad: BadArguments) -> Self {
        Self::new(format!("{bad}\n\n{}", crate::args::USAGE))
    }
}

/// Adds to an error what was being done, and to what.
pub(crate) trait Doing<T> {
    fn doing(self, verb: &str, path: &Path) -> Result<T, Failure>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, verb: &str, path: &Path) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("cannot {verb} {}: {error}", path.display())))
    }
}
