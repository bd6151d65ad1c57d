//! Attempts that are limited in number.
//!
//! Invariant: an attempt counts from its beginning, so that many at once are no way around a limit.

use std::time::Duration;

/// A limit of attempts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bucket {
    /// What the attempts have in common.
    pub key: String,
    /// Attempts that are accepted within the window.
    pub most: usize,
    /// An attempt counts for this long.
    pub window: Duration,
}
