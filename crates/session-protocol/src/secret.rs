//! A text that must not be seen: access token, password, ticket.
//!
//! Invariants: `Debug` never shows the text and there is no `Display`; reading it takes a call to
//! [`Secret::expose`], which makes every reader easy to find.

use std::fmt;

/// A secret text, redacted in `Debug`.
///
/// # Security
///
/// The text is overwritten with zeros when the value is dropped, as far as safe Rust can promise.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for an `Authorization` header, a request body or a socket message.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        std::hint::black_box(&bytes);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
