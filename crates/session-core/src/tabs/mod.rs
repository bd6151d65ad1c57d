//! The tabs of one browser: what this tab says to the others, and who holds the one socket.
//!
//! Invariants: a notice is a hint, it grants nothing; the same notice counts once, however often
//! and in whatever order copies arrive; correctness does not depend on the lock, two leaders at
//! once are wasteful and not wrong.

mod news;
mod role;

pub(crate) use news::{News, session_hash};
pub(crate) use role::{Claim, Due, Follower, Leader, Role, told_wait};
