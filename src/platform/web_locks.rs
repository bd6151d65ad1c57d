//! Locks of the browser itself.
//!
//! Invariants: what is released or withdrawn is forgotten here at once, and let go in the moment in
//! which it is granted; a request that the browser refuses is never granted.
//!
//! Source: Web Locks API. A lock is held for as long as the promise of its callback is pending.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Function, Object, Promise};
use session_core::{Input, LockId};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

use super::{Sink, window};

#[wasm_bindgen]
extern "C" {
    type Navigator;
    #[wasm_bindgen(method, getter)]
    fn locks(this: &Navigator) -> Option<LockManager>;

    type LockOptions;
    #[wasm_bindgen(method, setter)]
    fn set_steal(this: &LockOptions, steal: bool);

    type LockManager;
    #[wasm_bindgen(method)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &LockOptions,
        granted: &Closure<dyn FnMut() -> JsValue>,
    ) -> Promise;
}

/// The locks that this page holds or waits for.
pub(super) struct WebLocks {
    manager: LockManager,
    scope: String,
    sink: Sink,
    entries: Entries,
}

type Entries = Rc<RefCell<Vec<Entry>>>;

struct Entry {
    lock: LockId,
    held: bool,
    /// Withdraws the request while it waits.
    controller: AbortController,
    /// Lets go, at once or when the lock is granted.
    let_go: Function,
}

impl WebLocks {
    /// Finds the locks of this browser. Returns `None` where it has none, as outside a secure
    /// context.
    pub(super) fn open(scope: &str, sink: &Sink) -> Option<Self> {
        let navigator: Navigator = window().navigator().unchecked_into();
        Some(Self {
            manager: navigator.locks()?,
            scope: scope.to_owned(),
            sink: Rc::clone(sink),
            entries: Entries::default(),
        })
    }

    pub(super) fn request(&self, lock: LockId, name: &str, steal: bool) {
        let Ok(controller) = AbortController::new() else {
            return;
        };
        // Its signal is what a request is withdrawn by, which the standard forbids with `steal`.
        let options: LockOptions = if steal {
            let options: LockOptions = Object::new().unchecked_into();
            options.set_steal(true);
            options
        } else {
            controller.clone().unchecked_into()
        };
        let until_released = Promise::new(&mut |let_go, _| {
            self.entries.borrow_mut().push(Entry {
                lock,
                held: false,
                controller: controller.clone(),
                let_go,
            });
        });
        let (entries, sink) = (Rc::clone(&self.entries), Rc::clone(&self.sink));
        let granted = Closure::new(move || {
            let mut ours = entries.borrow_mut();
            if let Some(entry) = ours.iter_mut().find(|entry| entry.lock == lock) {
                entry.held = true;
                drop(ours);
                sink(Input::LockGranted { lock });
            }
            until_released.clone().into()
        });
        let name = ["leptos-session.", &self.scope, ".", name].concat();
        let request = self.manager.request(&name, &options, &granted);
        let (entries, sink) = (Rc::clone(&self.entries), Rc::clone(&self.sink));
        spawn_local(async move {
            let refused = JsFuture::from(request).await.is_err();
            drop(granted);
            if refused && take(&entries, lock).is_some_and(|entry| entry.held) {
                sink(Input::LockLost { lock });
            }
        });
    }

    pub(super) fn release(&self, lock: LockId) {
        if let Some(entry) = take(&self.entries, lock) {
            entry.end();
        }
    }
}

impl Entry {
    fn end(&self) {
        self.controller.abort();
        // It resolves a promise, which does not throw.
        self.let_go.call0(&JsValue::UNDEFINED).unwrap_or_default();
    }
}

fn take(entries: &Entries, lock: LockId) -> Option<Entry> {
    let mut entries = entries.borrow_mut();
    let index = entries.iter().position(|entry| entry.lock == lock)?;
    Some(entries.swap_remove(index))
}

impl Drop for WebLocks {
    fn drop(&mut self) {
        for entry in self.entries.take() {
            entry.end();
        }
    }
}
