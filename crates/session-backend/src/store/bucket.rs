//! A limit of how often something happens.
//!
//! Invariant: a bucket is full while as many as it tolerates are in its window.

use std::time::Duration;

/// A limit of what happens and has something in common.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bucket {
    /// What they have in common.
    pub key: String,
    /// As many are tolerated within the window.
    pub most: usize,
    /// Each counts for this long.
    pub window: Duration,
}
