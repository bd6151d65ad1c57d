//! The browser's local storage, for what is no secret: preferences, drafts, presence, and where the
//! browser has nothing better, leases and notices.
//!
//! Invariants: no token passes through here; every key begins with the scope, and nothing outside
//! it is ever touched; storage that is missing, full or forbidden is an answer, not a panic.

use web_sys::Storage;

use super::window;

/// A named part of the local storage.
#[derive(Clone, Debug)]
pub struct Shelf {
    prefix: String,
}

/// The browser keeps nothing: storage is full, forbidden or missing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotKept;

impl Shelf {
    /// Names the part for an app's scope.
    #[must_use]
    pub fn new(scope: &str) -> Self {
        Self {
            prefix: ["leptos-session.", scope, "."].concat(),
        }
    }

    /// Reads a value.
    #[must_use]
    pub fn read(&self, key: &str) -> Option<String> {
        storage()?.get_item(&self.full(key)).ok().flatten()
    }

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// [`NotKept`] if the browser does not keep it.
    pub fn write(&self, key: &str, value: &str) -> Result<(), NotKept> {
        storage()
            .ok_or(NotKept)?
            .set_item(&self.full(key), value)
            .map_err(|_| NotKept)
    }

    /// Returns whether the browser keeps anything.
    pub(super) fn keeps(&self) -> bool {
        let kept = self.write("probe", "").is_ok();
        self.remove("probe");
        kept
    }

    /// Removes a value.
    pub fn remove(&self, key: &str) {
        if let Some(storage) = storage() {
            storage.remove_item(&self.full(key)).unwrap_or_default();
        }
    }

    /// Removes every value whose key begins with `beginning`.
    pub fn remove_all(&self, beginning: &str) {
        let Some(storage) = storage() else { return };
        let beginning = self.full(beginning);
        let length = storage.length().unwrap_or_default();
        let keys = (0..length).filter_map(|index| storage.key(index).ok().flatten());
        // Removing shifts the positions of the keys, so they are collected first.
        let keys: Vec<_> = keys.filter(|key| key.starts_with(&beginning)).collect();
        for key in keys {
            storage.remove_item(&key).unwrap_or_default();
        }
    }

    /// Returns the key as the browser knows it.
    pub(super) fn full(&self, key: &str) -> String {
        [&self.prefix, key].concat()
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
