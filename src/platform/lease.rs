//! Locks in local storage, where the browser has none: each is a lease, renewed while it is held.
//!
//! Pages that claim in the same moment may both hold for a moment. Invariants: a claim counts only
//! if it still stands when it is looked at again; an entry that ends later than any page can have
//! written is no lease.

use std::time::Duration;

use super::{
    clock, page, random,
    storage::{NotKept, Shelf},
};

/// A claim is looked at again after this time. Other processes see it sooner.
pub(super) const SETTLE: Duration = Duration::from_millis(100);

/// Leases are renewed, and those of others looked at, this often.
pub(super) const RENEWAL: Duration = Duration::from_secs(1);

/// Term of a lease of a page that can be seen.
const TERM: Duration = Duration::from_secs(5);

/// As above, of a page that cannot be seen: its timers may come once a minute.
const HIDDEN_TERM: Duration = Duration::from_secs(150);

/// The leases of all pages.
pub(super) struct Leases {
    pub(super) shelf: Shelf,
    /// How entries of this page end.
    mark: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Holder {
    Nobody,
    Me,
    Another,
}

impl Leases {
    pub(super) fn new(shelf: Shelf) -> Self {
        let mark = [" ", &random::bits().to_string()].concat();
        Self { shelf, mark }
    }

    /// Takes the lease out if it is free, or from its holder.
    pub(super) fn claim(&self, name: &str, steal: bool) {
        if steal || self.holder(name) == Holder::Nobody {
            // What is not kept is not found again, and so never granted.
            self.write(name).unwrap_or_default();
        }
    }

    /// Takes the lease out, again or if it is free. Returns who held it.
    ///
    /// # Errors
    ///
    /// [`NotKept`] if nobody can take it out.
    pub(super) fn renew(&self, name: &str) -> Result<Holder, NotKept> {
        let holder = self.holder(name);
        if holder != Holder::Another {
            self.write(name)?;
        }
        Ok(holder)
    }

    pub(super) fn end(&self, name: &str) {
        if self.holder(name) == Holder::Me {
            self.shelf.remove(name);
        }
    }

    fn holder(&self, name: &str) -> Holder {
        let entry = self.shelf.read(name).unwrap_or_default();
        let beyond = HIDDEN_TERM.saturating_add(Duration::from_secs(1));
        if !(after(Duration::ZERO)..after(beyond)).contains(&entry) {
            Holder::Nobody
        } else if entry.ends_with(&self.mark) {
            Holder::Me
        } else {
            Holder::Another
        }
    }

    fn write(&self, name: &str) -> Result<(), NotKept> {
        let visible = page::is_visible();
        let term = if visible { TERM } else { HIDDEN_TERM };
        let entry = [&after(term), &*self.mark].concat();
        self.shelf.write(name, &entry)
    }
}

/// Returns the end of a term that begins now, in seconds on the clock that all pages read alike. It
/// has ten digits until the year 2286, so entries compare like the times they begin with.
fn after(term: Duration) -> String {
    let end = clock::now().wall.saturating_add(term);
    end.as_secs().to_string()
}
