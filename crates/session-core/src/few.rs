//! A map of a few entries, in the order in which they came.
//!
//! Invariants: a key occurs once; the order is that of insertion, so iteration is deterministic.
//! For a handful of entries a search is as fast as a tree, and much smaller in a browser bundle.

use std::borrow::Borrow;

/// A map of a few entries.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Few<K, V> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut (K, V)> {
        self.0.iter_mut()
    }

    /// Removes the entry that came first.
    pub(crate) fn remove_oldest(&mut self) {
        if !self.0.is_empty() {
            self.0.remove(0);
        }
    }

    pub(crate) fn get<Q: Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let mut entries = self.0.iter();
        entries
            .find(|(known, _)| known.borrow() == key)
            .map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let mut entries = self.0.iter_mut();
        entries
            .find(|(known, _)| known.borrow() == key)
            .map(|(_, value)| value)
    }

    /// Adds an entry unless the key is there; returns whether it was added.
    pub(crate) fn add(&mut self, key: K, value: V) -> bool
    where
        K: Eq,
    {
        let new = self.0.iter().all(|(known, _)| *known != key);
        if new {
            self.0.push((key, value));
        }
        new
    }

    /// Removes an entry; returns whether it was there.
    pub(crate) fn remove<Q: Eq + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let before = self.0.len();
        self.0.retain(|(known, _)| known.borrow() != key);
        self.0.len() < before
    }
}
