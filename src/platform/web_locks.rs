//! One request for a lock of the browser.
//!
//! Source: Web Locks API. A lock is held for as long as the promise of its callback is pending.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

use super::window;

#[wasm_bindgen]
extern "C" {
    type Navigator;
    #[wasm_bindgen(method, getter)]
    fn locks(this: &Navigator) -> Option<LockManager>;

    type LockOptions;
    #[wasm_bindgen(method, setter)]
    fn set_steal(this: &LockOptions, steal: bool);

    /// The locks of the browser.
    pub(super) type LockManager;
    #[wasm_bindgen(method)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &LockOptions,
        granted: &Closure<dyn FnMut() -> JsValue>,
    ) -> Promise;
}

/// A request, and the lock when it is granted.
pub(super) struct Request {
    /// Withdraws the request while it waits.
    controller: AbortController,
    /// Lets go, at once or when the lock is granted.
    let_go: Function,
}

impl LockManager {
    /// Finds the locks of this browser. Returns `None` where it has none, as outside a secure
    /// context.
    pub(super) fn find() -> Option<Self> {
        let navigator: Navigator = window().navigator().unchecked_into();
        navigator.locks()
    }

    /// Asks for a lock, or takes it. Calls `granted` when it is granted, and `lost` when it is
    /// taken by another page or the request is withdrawn or refused.
    pub(super) fn ask(
        &self,
        name: &str,
        steal: bool,
        granted: impl Fn() + 'static,
        lost: impl FnOnce() + 'static,
    ) -> Option<Request> {
        let controller = AbortController::new().ok()?;
        // An `AbortController` has a `signal`, and so is a dictionary of options; the standard forbids a
        // signal beside `steal`.
        let options: LockOptions = if steal {
            let options: LockOptions = Object::new().unchecked_into();
            options.set_steal(true);
            options
        } else {
            controller.clone().unchecked_into()
        };
        let mut let_go = None;
        let until_released = Promise::new(&mut |resolve, _| let_go = Some(resolve));
        let granted = Closure::new(move || {
            granted();
            until_released.clone().into()
        });
        let request = self.request(name, &options, &granted);
        spawn_local(async move {
            let refused = JsFuture::from(request).await.is_err();
            drop(granted);
            if refused {
                lost();
            }
        });
        let let_go = let_go?;
        Some(Request { controller, let_go })
    }
}

impl Request {
    pub(super) fn end(&self) {
        self.controller.abort();
        // It resolves a promise, which does not throw.
        self.let_go.call0(&JsValue::UNDEFINED).unwrap_or_default();
    }
}
