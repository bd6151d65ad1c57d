//! What a presented refresh token is worth.
//!
//! | presented | since the rotation | judgement |
//! |---|---|---|
//! | current | less than the grace | tolerated: access token, no cookie |
//! | current | more | rotated |
//! | predecessor | less than the grace | tolerated a few times, then told to wait |
//! | predecessor | more, successor never seen | the same successor again |
//! | predecessor | more, otherwise | reuse: the family ends |
//! | any other | any | reuse: the family ends |
//!
//! # Source
//!
//! RFC 9700 section 4.14.2, refresh token rotation.

use std::time::Duration;

use super::{Family, Policy, Reissues};
use crate::bug::{Bug, BugSet};

/// What a presented refresh token is worth.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Judgement {
    /// The successor takes its place.
    Rotate,
    /// The answer with the successor was lost: the same successor again.
    Reissue,
    /// An access token, no cookie.
    Tolerate,
    /// Tolerated too often: not now.
    Wait {
        /// Rest of the grace.
        rest: Duration,
    },
    /// Presented out of turn: the family ends.
    Reuse,
}

/// Judges a refresh token of this generation of a living family.
pub(super) fn judge(
    family: &Family,
    generation: u32,
    policy: &Policy,
    bugs: BugSet,
    now: Duration,
) -> Judgement {
    let grace_end = family.rotated_at.map(|at| at.saturating_add(policy.grace));
    let grace_rest = grace_end.and_then(|end| end.checked_sub(now).filter(|rest| !rest.is_zero()));
    let behind = family.generation.checked_sub(generation);
    let is_predecessor = match behind {
        None | Some(0) => false,
        Some(1) => !bugs.has(Bug::NoGrace),
        Some(_) => bugs.has(Bug::GraceForAncestors),
    };
    let can_reissue = match policy.reissues {
        Reissues::Once => family.seen_at.is_none() && !family.reissued,
        Reissues::WhileUnseen => family.seen_at.is_none(),
    };
    match grace_rest {
        Some(_) if behind == Some(0) => Judgement::Tolerate,
        None if behind == Some(0) => Judgement::Rotate,
        Some(_) if is_predecessor && family.grace_uses < policy.grace_uses => Judgement::Tolerate,
        Some(rest) if is_predecessor => Judgement::Wait { rest },
        None if is_predecessor && can_reissue => Judgement::Reissue,
        Some(_) | None => Judgement::Reuse,
    }
}
