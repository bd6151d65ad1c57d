//! Values that pages follow, each kind compiled once.
//!
//! A signal of Leptos is compiled anew for each type of value, which costs 1 KB (brotli) a type in
//! the bundle. A [`Var`] is a trigger beside a value of any type, so all types share one signal.
//! Reading one in a reactive closure follows it, as with any signal.

use std::{any::Any, cell::RefCell, fmt, marker::PhantomData, rc::Rc};

use leptos::prelude::{
    ArcTrigger, GetValue as _, LocalStorage, Notify as _, RenderEffect, StoredValue, Track as _,
    untrack,
};

/// A value that reactive closures follow. Small and `Copy`; it goes with its reactive owner.
pub struct Var<T> {
    slot: StoredValue<Rc<Slot>, LocalStorage>,
    kind: PhantomData<fn() -> T>,
}

struct Slot {
    changed: ArcTrigger,
    /// A `RefCell` of the type that the [`Var`] names.
    value: Box<dyn Any>,
}

impl<T> Clone for Var<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Var<T> {}

impl<T> fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Var").finish_non_exhaustive()
    }
}

impl<T: 'static> Var<T> {
    /// Creates a value that belongs to the current reactive owner.
    #[must_use]
    pub fn new(value: T) -> Self {
        fn erased(value: Box<dyn Any>) -> StoredValue<Rc<Slot>, LocalStorage> {
            let changed = ArcTrigger::new();
            StoredValue::new_local(Rc::new(Slot { changed, value }))
        }
        Self {
            slot: erased(Box::new(RefCell::new(value))),
            kind: PhantomData,
        }
    }

    /// Returns whether the owner of the value is gone, as after a page was left.
    #[must_use]
    pub fn is_gone(self) -> bool {
        self.slot.try_get_value().is_none()
    }

    /// Reads the value and follows it.
    ///
    /// # Panics
    ///
    /// After the owner of the value is gone.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.follow();
        self.with_untracked(read)
    }

    /// Follows the value without reading it.
    pub fn follow(self) {
        fn erased(slot: StoredValue<Rc<Slot>, LocalStorage>) {
            slot.get_value().changed.track();
        }
        erased(self.slot);
    }

    /// Keeps the value until its owner goes; for what is never read, such as a listener.
    pub fn keep(value: T) {
        let _kept = Self::new(value);
    }

    /// Reads the value without following it.
    ///
    /// # Panics
    ///
    /// After the owner of the value is gone.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let slot = self.slot.get_value();
        match slot.value.downcast_ref::<RefCell<T>>() {
            Some(value) => read(&value.borrow()),
            None => unreachable!("a Var<T> is made of a T"),
        }
    }

    /// Copies the value and follows it.
    #[must_use]
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Copies the value without following it.
    #[must_use]
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Puts another value in its place. Does nothing after the owner of the value is gone.
    pub fn set(self, value: T) {
        self.update(|old| *old = value);
    }

    /// Changes the value. Does nothing after the owner of the value is gone.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.update_quietly(change);
        self.changed();
    }

    /// Changes the value without telling those who follow it.
    pub fn update_quietly(self, change: impl FnOnce(&mut T)) {
        if let Some(slot) = self.slot.try_get_value()
            && let Some(value) = slot.value.downcast_ref::<RefCell<T>>()
        {
            change(&mut value.borrow_mut());
        }
    }

    /// Tells those who follow the value that it changed.
    pub fn changed(self) {
        fn erased(slot: StoredValue<Rc<Slot>, LocalStorage>) {
            if let Some(slot) = slot.try_get_value() {
                slot.changed.notify();
            }
        }
        erased(self.slot);
    }
}

/// Runs `run` now, and again whenever something that it read has changed, as long as the current
/// reactive owner lives.
pub fn effect(run: impl FnMut() + 'static) {
    Var::keep(erased_effect(Box::new(run)));
}

pub(super) fn erased_effect(mut run: Box<dyn FnMut()>) -> RenderEffect<()> {
    RenderEffect::new(move |_| run())
}

/// Computes a number now, and again soon after something that it was computed from has changed; who
/// follows it is told only when it is another number.
#[must_use]
pub fn memo(compute: impl Fn() -> u64 + 'static) -> Var<u64> {
    fn erased(compute: Box<dyn Fn() -> u64>) -> Var<u64> {
        let number = Var::new(untrack(&compute));
        effect(move || {
            let next = compute();
            if number.get_untracked() != next {
                number.set(next);
            }
        });
        number
    }
    erased(Box::new(compute))
}
