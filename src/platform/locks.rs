//! Locks between the tabs of one browser: its own, or leases in its storage where it has none.
//!
//! Invariants: a lock is named within the app's scope; whoever is robbed or refused hears of it;
//! what is released or withdrawn is forgotten here at once, and nothing more is heard of it; dropping
//! this value gives everything back.

use std::{cell::RefCell, fmt, rc::Rc, time::Duration};

use session_core::{Input, LockId, LockName};

use super::{
    Sink,
    lease::{Holder, Leases, RENEWAL, SETTLE},
    storage::{NotKept, Shelf},
    timer::Timer,
    web_locks::{LockManager, Request},
};

/// The locks that this page holds or waits for.
pub struct Locks(Rc<Inner>);

struct Inner {
    /// None where there are leases.
    manager: Option<LockManager>,
    leases: Leases,
    sink: Sink,
    entries: RefCell<Vec<Entry>>,
    timer: RefCell<Option<Timer>>,
}

struct Entry {
    lock: LockId,
    name: &'static str,
    held: bool,
    request: Option<Request>,
}

impl Locks {
    /// Finds the locks of this browser and hands their facts to `sink`. Returns `None` where tabs
    /// cannot exclude each other.
    #[must_use]
    pub fn open(scope: &str, sink: &Sink) -> Option<Self> {
        let manager = LockManager::find();
        let shelf = Shelf::new(scope);
        (manager.is_some() || shelf.keeps()).then(|| {
            Self(Rc::new(Inner {
                manager,
                leases: Leases::new(shelf),
                sink: Rc::clone(sink),
                entries: RefCell::default(),
                timer: RefCell::default(),
            }))
        })
    }

    /// Asks for a lock, or takes it from its holder.
    pub fn request(&self, lock: LockId, name: LockName, steal: bool) {
        let (name, held) = (name.name(), false);
        let inner = &self.0;
        let request = if let Some(manager) = &inner.manager {
            let (granter, loser) = (Rc::clone(inner), Rc::clone(inner));
            let full = inner.leases.shelf.full(name);
            manager.ask(
                &full,
                steal,
                move || granter.grant(lock),
                move || loser.lose(lock),
            )
        } else {
            inner.leases.claim(name, steal);
            inner.look_after(SETTLE);
            None
        };
        inner.entries.borrow_mut().push(Entry {
            lock,
            name,
            held,
            request,
        });
    }

    /// Gives a lock back, or withdraws the request for it.
    pub fn release(&self, lock: LockId) {
        if let Some(entry) = self.0.take(lock) {
            self.0.end(&entry);
        }
    }
}

impl Inner {
    fn grant(&self, lock: LockId) {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.iter_mut().find(|entry| entry.lock == lock);
        if let Some(entry) = entry
            && !entry.held
        {
            entry.held = true;
            drop(entries);
            (self.sink)(Input::LockGranted { lock });
        }
    }

    fn lose(&self, lock: LockId) {
        if self.take(lock).is_some() {
            (self.sink)(Input::LockLost { lock });
        }
    }

    fn take(&self, lock: LockId) -> Option<Entry> {
        let mut entries = self.entries.borrow_mut();
        let index = entries.iter().position(|entry| entry.lock == lock)?;
        Some(entries.swap_remove(index))
    }

    fn end(&self, entry: &Entry) {
        match &entry.request {
            Some(request) => request.end(),
            None => self.leases.end(entry.name),
        }
    }

    fn look_after(self: &Rc<Self>, delay: Duration) {
        let inner = Rc::clone(self);
        *self.timer.borrow_mut() = Some(Timer::after(delay, move || inner.look()));
    }

    /// Renews the leases that this page holds, claims what is free, and tells what changed.
    fn look(self: &Rc<Self>) {
        // Whoever hears of one may release or ask for others.
        let mut index = 0;
        while let Some((lock, name, held)) = self.nth(index) {
            match self.leases.renew(name) {
                Ok(Holder::Me) => self.grant(lock),
                Ok(Holder::Another) if held => self.lose(lock),
                Ok(Holder::Another | Holder::Nobody) => {}
                Err(NotKept) => self.lose(lock),
            }
            // Another takes the place of one that is gone.
            if self.nth(index).is_some_and(|(there, ..)| there == lock) {
                index += 1;
            }
        }
        if index > 0 {
            self.look_after(RENEWAL);
        }
    }

    fn nth(&self, index: usize) -> Option<(LockId, &'static str, bool)> {
        let entries = self.entries.borrow();
        let entry = entries.get(index)?;
        Some((entry.lock, entry.name, entry.held))
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        self.0.timer.take();
        for entry in self.0.entries.take() {
            self.0.end(&entry);
        }
    }
}

impl fmt::Debug for Locks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locks")
    }
}
