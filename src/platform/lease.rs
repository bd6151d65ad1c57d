//! Locks in local storage, where the browser has none: each is a lease, renewed while it is held.
//!
//! Pages that claim in the same moment may both hold for a moment. Invariants: a claim counts only
//! if it still stands when it is looked at again; a holder that finds another in its place has lost
//! the lock; an entry that ends later than any page can have written is no lease.

use std::{cell::RefCell, rc::Rc, time::Duration};

use session_core::{Input, LockId};

use super::{Sink, clock, page, random, storage::Shelf, timer::Timer};

/// A claim is looked at again after this time. Other processes see it sooner.
const SETTLE: Duration = Duration::from_millis(100);

/// Leases are renewed, and those of others looked at, this often.
const RENEWAL: Duration = Duration::from_secs(1);

/// Term of a lease of a page that can be seen, in seconds.
const TERM: u64 = 5;

/// As above, of a page that cannot be seen: its timers may come once a minute.
const HIDDEN_TERM: u64 = 150;

/// The leases that this page holds or waits for.
pub(super) struct Leases(Rc<Inner>);

struct Inner {
    shelf: Shelf,
    /// How entries of this page end.
    mark: String,
    sink: Sink,
    claims: RefCell<Vec<Claim>>,
    timer: RefCell<Option<Timer>>,
}

struct Claim {
    lock: LockId,
    name: &'static str,
    held: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Holder {
    Nobody,
    Me,
    Another,
}

impl Leases {
    /// Returns `None` where the browser keeps nothing.
    pub(super) fn open(scope: &str, sink: &Sink) -> Option<Self> {
        let shelf = Shelf::new(scope);
        shelf.keeps().then(|| {
            Self(Rc::new(Inner {
                shelf,
                mark: [" ", &random::bits().to_string()].concat(),
                sink: Rc::clone(sink),
                claims: RefCell::default(),
                timer: RefCell::default(),
            }))
        })
    }

    pub(super) fn request(&self, lock: LockId, name: &'static str, steal: bool) {
        let inner = &self.0;
        if steal || inner.holder(name) == Holder::Nobody {
            inner.write(name);
        }
        let held = false;
        inner.claims.borrow_mut().push(Claim { lock, name, held });
        inner.look_after(SETTLE);
    }

    pub(super) fn release(&self, lock: LockId) {
        let mut claims = self.0.claims.borrow_mut();
        if let Some(index) = claims.iter().position(|claim| claim.lock == lock) {
            self.0.end(&claims.swap_remove(index));
        }
    }
}

impl Inner {
    fn look_after(self: &Rc<Self>, delay: Duration) {
        let inner = Rc::downgrade(self);
        let timer = Timer::after(delay, move || {
            if let Some(inner) = inner.upgrade() {
                inner.look();
            }
        });
        *self.timer.borrow_mut() = Some(timer);
    }

    /// Renews what this page holds, takes what is free, and tells what changed.
    fn look(self: &Rc<Self>) {
        let mut facts = Vec::new();
        let mut claims = self.claims.borrow_mut();
        claims.retain_mut(|claim| {
            let lock = claim.lock;
            match self.holder(claim.name) {
                Holder::Another if claim.held => {
                    facts.push(Input::LockLost { lock });
                    return false;
                }
                Holder::Another => return true,
                Holder::Me if !claim.held => {
                    claim.held = true;
                    facts.push(Input::LockGranted { lock });
                }
                Holder::Me | Holder::Nobody => {}
            }
            self.write(claim.name);
            true
        });
        if !claims.is_empty() {
            self.look_after(RENEWAL);
        }
        drop(claims);
        for fact in facts {
            (self.sink)(fact);
        }
    }

    fn holder(&self, name: &str) -> Holder {
        let entry = self.shelf.read(name).unwrap_or_default();
        if !(after(0)..after(HIDDEN_TERM + 1)).contains(&entry) {
            Holder::Nobody
        } else if entry.ends_with(&self.mark) {
            Holder::Me
        } else {
            Holder::Another
        }
    }

    fn write(&self, name: &str) {
        let visible = page::is_visible();
        let term = if visible { TERM } else { HIDDEN_TERM };
        let entry = [&after(term), &*self.mark].concat();
        // What is not kept is not found again, and so never granted.
        self.shelf.write(name, &entry).unwrap_or_default();
    }

    fn end(&self, claim: &Claim) {
        if self.holder(claim.name) == Holder::Me {
            self.shelf.remove(claim.name);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for claim in self.claims.take() {
            self.end(&claim);
        }
    }
}

/// Returns the end of a term of so many seconds that begins now, on the clock that all pages read
/// alike. It has ten digits until the year 2286, so entries compare like the times they begin with.
fn after(seconds: u64) -> String {
    let now = clock::now().wall.as_secs();
    now.saturating_add(seconds).to_string()
}
