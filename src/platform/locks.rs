//! Locks between the tabs of one browser.
//!
//! Invariants: a lock is named within the app's scope; whoever is robbed hears of it, and whoever
//! released or withdrew is not told of a loss; dropping this value gives everything back.

use std::fmt;

use session_core::{LockId, LockName};

use super::{Sink, lease::Leases, web_locks::WebLocks};

/// The locks that this page holds or waits for.
pub struct Locks(Kind);

enum Kind {
    Web(WebLocks),
    Leases(Leases),
}

impl Locks {
    /// Finds the locks of this browser, or makes some of its storage, and hands their facts to
    /// `sink`. Returns `None` where tabs cannot exclude each other.
    #[must_use]
    pub fn open(scope: &str, sink: &Sink) -> Option<Self> {
        let web = WebLocks::open(scope, sink).map(Kind::Web);
        let leases = || Leases::open(scope, sink).map(Kind::Leases);
        web.or_else(leases).map(Self)
    }

    /// Asks for a lock, or takes it from its holder.
    pub fn request(&self, lock: LockId, name: LockName, steal: bool) {
        let name = name.name();
        match &self.0 {
            Kind::Web(web) => web.request(lock, name, steal),
            Kind::Leases(leases) => leases.request(lock, name, steal),
        }
    }

    /// Gives a lock back, or withdraws the request for it.
    pub fn release(&self, lock: LockId) {
        match &self.0 {
            Kind::Web(web) => web.release(lock),
            Kind::Leases(leases) => leases.release(lock),
        }
    }
}

impl fmt::Debug for Locks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Web(_) => "Locks of the browser",
            Kind::Leases(_) => "Locks in storage",
        })
    }
}
