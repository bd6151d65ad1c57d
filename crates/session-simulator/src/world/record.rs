//! What really happened, noted by an observer, for invariants to compare with.
//!
//! Invariant: nothing here influences what happens.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    browser::BrowserId,
    server::{FamilyId, UserId},
};

/// What really happened.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Record {
    /// Sessions that their user logged out of.
    pub logged_out: BTreeSet<FamilyId>,
    /// Sessions whose cookie somebody took out of its jar.
    pub cookie_cleared: BTreeSet<FamilyId>,
    /// Characters of each draft that storage took.
    pub drafts: BTreeMap<(BrowserId, UserId), u32>,
    /// Browsers in which the user logged out, could remember it, and did not log in since.
    pub left: BTreeSet<BrowserId>,
    /// Updates that a browser's wire made unreadable.
    pub spoilt_updates: BTreeSet<(BrowserId, u64)>,
    /// When the user was last active in a browser, on its monotonic clock.
    pub touched: BTreeMap<BrowserId, Duration>,
}
