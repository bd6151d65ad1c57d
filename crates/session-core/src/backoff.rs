//! Waiting times between attempts: exponential with full jitter.
//!
//! Source: RFC 6455 section 7.2.3 (recover from abnormal closure with a random, growing delay).

use std::time::Duration;

use crate::{
    draw::Draw,
    policy::{BACKOFF_BASE, BACKOFF_CAP},
};

/// Draws the wait before the attempt after `failures` failures (at least 1): uniform from zero to
/// the smaller of 30 s and 0.5 s doubled with each failure.
pub(crate) fn wait(failures: u32, draw: &mut Draw) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    draw.up_to(BACKOFF_BASE.saturating_mul(1 << doublings).min(BACKOFF_CAP))
}
