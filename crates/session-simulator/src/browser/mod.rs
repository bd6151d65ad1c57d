//! A browser: one jar, one storage, one set of locks, two clocks, and tabs.

mod channel;
mod clocks;
mod ids;
mod locks;
mod page;
mod storage;

use std::time::Duration;

pub use channel::session_hash;
pub use clocks::Clocks;
pub use ids::{BrowserId, PageId, TabId};
pub use locks::{Claim, Locks, Word};
pub use page::{Life, Page, Wish, lives};
pub use storage::{Health, Storage};

use crate::server::{FamilyId, Jar, SetCookie};

/// The way to the server.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Link {
    /// Packets pass.
    Up,
    /// Packets vanish, and nobody says so.
    Silent,
    /// There is no network, and the browser knows.
    Down,
}

/// How long a browser keeps a cookie in memory before it is on the disk.
///
/// # Source
///
/// Chromium commits cookies every 30 s or 512 operations.
const FLUSH_AFTER: Duration = Duration::from_secs(30);

/// The cookies as the disk has them.
#[derive(Clone, Debug, Default, Hash)]
struct Disk {
    jar: Jar,
    behind_since: Option<Duration>,
}

/// A browser.
#[derive(Clone, Debug, Hash)]
pub struct Browser {
    /// The refresh cookies.
    pub jar: Jar,
    /// The cookies as the disk has them, and since when they are not those of the jar.
    disk: Disk,
    /// What is kept for pages.
    pub storage: Storage,
    /// The locks between pages.
    pub locks: Locks,
    /// Both clocks.
    pub clocks: Clocks,
    /// The way to the server.
    pub link: Link,
    /// Since when the machine sleeps.
    pub asleep: Option<Duration>,
    /// Whether the browser has Web Locks.
    pub has_locks: bool,
    /// Its tabs; an empty one is closed, or its page died.
    pub tabs: Vec<Option<Page>>,
}

impl Browser {
    /// Starts a browser with this many closed tabs.
    #[must_use]
    pub fn new(tabs: u8, has_locks: bool) -> Self {
        Self {
            jar: Jar::new(),
            disk: Disk::default(),
            storage: Storage::default(),
            locks: Locks::default(),
            clocks: Clocks::default(),
            link: Link::Up,
            asleep: None,
            has_locks,
            tabs: (0..tabs).map(|_| None).collect(),
        }
    }

    /// Returns whether packets reach the server.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.link == Link::Up && self.asleep.is_none()
    }

    /// Returns the pages with their slots.
    pub fn pages(&self) -> impl Iterator<Item = (u8, &Page)> {
        let slots = (0_u8..).zip(&self.tabs);
        slots.filter_map(|(slot, page)| Some((slot, page.as_ref()?)))
    }

    /// Returns the page of a tab.
    #[must_use]
    pub fn page(&self, slot: u8) -> Option<&Page> {
        self.tabs.get(usize::from(slot)).and_then(Option::as_ref)
    }

    /// Returns the page of a tab.
    pub fn page_mut(&mut self, slot: u8) -> Option<&mut Page> {
        let tab = self.tabs.get_mut(usize::from(slot));
        tab.and_then(Option::as_mut)
    }

    /// Writes a cookie that an answer brought.
    pub fn write_cookie(&mut self, cookie: &SetCookie, now: Duration) {
        self.flush(now);
        if self.disk.behind_since.is_none() {
            self.disk.jar.clone_from(&self.jar);
            self.disk.behind_since = Some(now);
        }
        cookie.apply(&mut self.jar);
    }

    /// The browser dies before the disk has the newest cookies; returns the families of those that
    /// are lost.
    pub fn lose_unsaved_cookies(&mut self, now: Duration) -> Vec<FamilyId> {
        self.flush(now);
        if self.disk.behind_since.take().is_none() {
            return Vec::new();
        }
        let lost = std::mem::replace(&mut self.jar, self.disk.jar.clone());
        let changed = lost
            .into_iter()
            .filter(|(name, token)| self.jar.get(name) != Some(token));
        changed.map(|(_, token)| token.family).collect()
    }

    /// Deletes all cookies, here and on the disk.
    pub fn clear_cookies(&mut self) -> Jar {
        self.disk = Disk::default();
        std::mem::take(&mut self.jar)
    }

    fn flush(&mut self, now: Duration) {
        let is_due = |since: Duration| now.saturating_sub(since) >= FLUSH_AFTER;
        if self.disk.behind_since.is_some_and(is_due) {
            self.disk.behind_since = None;
        }
    }
}
