//! Makes a failing plan smaller while it fails in the same way.
//!
//! Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002.

use super::{Outcome, simulate};
use crate::plan::{Options, Plan};

/// Runs that are spent on one plan.
const PATIENCE: u32 = 1_500;

/// Returns the entries without which the run of a seed no longer breaks the same promise, and its
/// outcome. `None` if the run breaks none.
#[must_use]
pub fn minimise(seed: u64, options: &Options) -> Option<(Vec<usize>, Outcome)> {
    let invariant = simulate(seed, options).violation?.invariant;
    let count = Plan::of(seed, &Options::default()).entries.len().max(
        Plan::of(
            seed,
            &Options {
                kept: None,
                ..options.clone()
            },
        )
        .entries
        .len(),
    );
    let mut kept: Vec<usize> = options.kept.clone().unwrap_or_else(|| (0..count).collect());
    let mut patience = PATIENCE;
    let mut fails = |kept: &[usize]| {
        patience = patience.saturating_sub(1);
        let options = Options {
            kept: Some(kept.to_vec()),
            ..options.clone()
        };
        let outcome = simulate(seed, &options);
        let same = outcome
            .violation
            .is_some_and(|violation| violation.invariant == invariant);
        (same, patience > 0)
    };
    let mut size = kept.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut dropped = false;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + size).min(kept.len()));
            let (same, is_patient) = fails(&fewer);
            if same {
                kept = fewer;
                dropped = true;
            } else {
                at += size;
            }
            if !is_patient {
                break;
            }
        }
        if size == 1 && !dropped || !fails(&kept).1 {
            break;
        }
        size = size.div_ceil(2).max(1);
    }
    let options = Options {
        kept: Some(kept.clone()),
        keeps_timeline: true,
        ..options.clone()
    };
    Some((kept, simulate(seed, &options)))
}
