//! What travels with a world and is no part of its state: counters, records, copies.
//!
//! Invariant: two worlds that differ only in what stands aside are the same world, to a hash and
//! to a comparison.

use std::{
    hash::{Hash, Hasher},
    ops::{Deref, DerefMut},
};

/// Something that does not distinguish one world from another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aside<T>(pub T);

impl<T> Deref for Aside<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Aside<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Hash for Aside<T> {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}

impl<T> PartialEq for Aside<T> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<T> Eq for Aside<T> {}
