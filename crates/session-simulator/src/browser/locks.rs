//! Web Locks: mutual exclusion with a queue, release on death, and theft.
//!
//! Invariants: a lock has at most one holder; a request waits in the order in which it came; a page
//! that dies leaves every queue, a page that freezes stays in all of them. The holder that is
//! robbed runs on until it hears of it.
//!
//! Source: Web Locks API, sections 3.3 to 3.5.

use std::collections::{BTreeMap, VecDeque};

use session_core::{LockId, LockName};

use super::PageId;

/// One request for a lock.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Claim {
    /// The page that asks.
    pub page: PageId,
    /// Its request.
    pub lock: LockId,
}

/// What the browser has to tell a page about a claim.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Word {
    /// The lock is this claim's.
    Granted(Claim),
    /// The lock was taken from this claim.
    Lost(Claim),
}

/// Who holds a lock and who waits for it.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
struct Line {
    holder: Option<Claim>,
    waiting: VecDeque<Claim>,
}

/// The locks of one browser.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Locks(BTreeMap<LockName, Line>);

impl Line {
    fn promote(&mut self, words: &mut Vec<Word>) {
        if self.holder.is_none() {
            self.holder = self.waiting.pop_front();
            words.extend(self.holder.map(Word::Granted));
        }
    }
}

impl Locks {
    /// Takes a claim in.
    pub fn request(&mut self, name: LockName, claim: Claim, steal: bool) -> Vec<Word> {
        let line = self.0.entry(name).or_default();
        let mut words = Vec::new();
        if steal {
            words.extend(line.holder.replace(claim).map(Word::Lost));
            words.push(Word::Granted(claim));
        } else {
            line.waiting.push_back(claim);
            line.promote(&mut words);
        }
        words
    }

    /// Gives a claim back, held or waiting.
    pub fn release(&mut self, claim: Claim) -> Vec<Word> {
        self.drop_claims(|known| known == claim)
    }

    /// A page died.
    pub fn forget(&mut self, page: PageId) -> Vec<Word> {
        self.drop_claims(|known| known.page == page)
    }

    /// Somebody who is no tab takes a lock away and gives it back at once.
    pub fn rob(&mut self, name: LockName) -> Vec<Word> {
        let mut words = Vec::new();
        if let Some(line) = self.0.get_mut(&name) {
            words.extend(line.holder.take().map(Word::Lost));
            line.promote(&mut words);
        }
        words
    }

    /// Returns who holds a lock.
    #[must_use]
    pub fn holder(&self, name: LockName) -> Option<Claim> {
        self.0.get(&name).and_then(|line| line.holder)
    }

    fn drop_claims(&mut self, gone: impl Fn(Claim) -> bool) -> Vec<Word> {
        let mut words = Vec::new();
        for line in self.0.values_mut() {
            line.waiting.retain(|claim| !gone(*claim));
            line.holder = line.holder.filter(|claim| !gone(*claim));
            line.promote(&mut words);
        }
        words
    }
}
