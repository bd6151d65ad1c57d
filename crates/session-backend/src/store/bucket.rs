//! A limit of failures.
//!
//! Invariant: a bucket is full while as many failures as it tolerates are in its window.

use std::time::Duration;

/// A limit of failures that have something in common.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bucket {
    /// What they have in common.
    pub key: String,
    /// Failures that are tolerated within the window.
    pub most: usize,
    /// A failure counts for this long.
    pub window: Duration,
}
