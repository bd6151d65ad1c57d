//! Web Locks of one browser: for each name a holder and a queue.
//!
//! Source: Web Locks API (`steal` passes the queue and takes the lock from its holder, whose code
//! runs on; what a dead page held or asked for vanishes).

use std::collections::{BTreeMap, VecDeque};

use session_core::{Input, LockId, LockName};

/// A request of a tab, waiting or granted.
pub(crate) type Claim = (usize, LockId);

/// Facts for tabs.
type Facts = Vec<(usize, Input)>;

#[derive(Debug, Default)]
struct Queue {
    holder: Option<Claim>,
    waiting: VecDeque<Claim>,
}

/// The locks of a browser.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    queues: BTreeMap<LockName, Queue>,
    /// Whether no request is ever answered.
    pub(crate) silent: bool,
    /// Whether each request is refused.
    pub(crate) refuses: bool,
}

impl Locks {
    pub(super) fn request(&mut self, name: LockName, claim: Claim, steal: bool) -> Facts {
        let queue = self.queues.entry(name).or_default();
        if self.refuses {
            let (tab, lock) = claim;
            return vec![(tab, Input::LockLost { lock })];
        }
        if self.silent {
            return Vec::new();
        }
        if steal {
            let robbed = queue.holder.replace(claim);
            let robbed = robbed.map(|(tab, lock)| (tab, Input::LockLost { lock }));
            return robbed.into_iter().chain([granted(claim)]).collect();
        }
        queue.waiting.push_back(claim);
        queue.next()
    }

    pub(super) fn release(&mut self, claim: Claim) -> Facts {
        let queues = self.queues.values_mut();
        queues
            .flat_map(|queue| queue.drop_claims(|it| it == claim))
            .collect()
    }

    /// A page died, and what it held or asked for with it.
    pub(super) fn forget(&mut self, tab: usize) -> Facts {
        let queues = self.queues.values_mut();
        queues
            .flat_map(|queue| queue.drop_claims(|(it, _)| it == tab))
            .collect()
    }

    /// Test code takes the lock and gives it back at once.
    pub(super) fn rob(&mut self, name: LockName) -> Facts {
        let queue = self.queues.entry(name).or_default();
        let robbed = queue.holder.take();
        let robbed = robbed.map(|(tab, lock)| (tab, Input::LockLost { lock }));
        robbed.into_iter().chain(queue.next()).collect()
    }

    /// The browser errs: a tab that waits is told that the lock is its own.
    pub(super) fn grant_twice(&self, tab: usize, name: LockName) -> Facts {
        let waiting = self.queues.get(&name).map(|queue| &queue.waiting);
        let mut waiting = waiting.into_iter().flatten();
        let claim = waiting.find(|(it, _)| *it == tab);
        claim.copied().map(granted).into_iter().collect()
    }

    pub(crate) fn holder(&self, name: LockName) -> Option<usize> {
        let queue = self.queues.get(&name)?;
        queue.holder.map(|(tab, _)| tab)
    }

    /// Returns the names of all locks that this tab holds or waits for.
    pub(crate) fn claims(&self, tab: usize) -> Vec<LockName> {
        let queues = self.queues.iter();
        let names = queues.flat_map(|(name, queue)| {
            let claims = queue.holder.iter().chain(&queue.waiting);
            claims.filter(|(it, _)| *it == tab).map(|_| *name)
        });
        names.collect()
    }
}

impl Queue {
    fn drop_claims(&mut self, goes: impl Fn(Claim) -> bool) -> Facts {
        self.waiting.retain(|claim| !goes(*claim));
        if self.holder.is_some_and(goes) {
            self.holder = None;
        }
        self.next()
    }

    fn next(&mut self) -> Facts {
        if self.holder.is_some() {
            return Vec::new();
        }
        self.holder = self.waiting.pop_front();
        self.holder.map(granted).into_iter().collect()
    }
}

fn granted((tab, lock): Claim) -> (usize, Input) {
    (tab, Input::LockGranted { lock })
}
