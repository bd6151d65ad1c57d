//! What happens when: a queue by time, and by order of arrival among equals.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    time::Duration,
};

/// Something that happens at a time.
#[derive(Clone, Copy, Debug)]
struct Scheduled<T> {
    at: Duration,
    order: u64,
    what: T,
}

impl<T> PartialEq for Scheduled<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Scheduled<T> {}

impl<T> PartialOrd for Scheduled<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Scheduled<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// A queue by time.
#[derive(Clone, Debug)]
pub(super) struct Queue<T> {
    heap: BinaryHeap<Reverse<Scheduled<T>>>,
    order: u64,
}

impl<T> Queue<T> {
    pub(super) const fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            order: 0,
        }
    }

    pub(super) fn push(&mut self, at: Duration, what: T) {
        let order = self.order;
        self.order += 1;
        self.heap.push(Reverse(Scheduled { at, order, what }));
    }

    /// Takes what comes next, unless it comes after `end`.
    pub(super) fn pop_until(&mut self, end: Duration) -> Option<(Duration, T)> {
        let next = self.heap.peek()?;
        if next.0.at > end {
            return None;
        }
        let Reverse(next) = self.heap.pop()?;
        Some((next.at, next.what))
    }
}
