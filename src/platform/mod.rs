//! One browser API a file, as a value that releases everything when it is dropped.
//!
//! Nothing here decides: adapters turn calls into plain values and events into facts. Invariant:
//! after a value of this module is dropped, no handler of it runs any more and no timer, socket or
//! request of it is left.

pub mod broadcast;
pub mod clock;
pub mod frame;
pub mod history;
pub mod http;
mod lease;
pub mod listener;
pub mod locks;
pub mod page;
pub mod random;
pub mod socket;
pub mod storage;
pub mod timer;
mod web_locks;

use std::rc::Rc;

use session_core::Input;
use wasm_bindgen::UnwrapThrowExt as _;

/// Where facts go.
pub type Sink = Rc<dyn Fn(Input)>;

/// Returns the window of this page.
///
/// # Panics
///
/// Outside a window, that is in a worker or natively, where this library has no business.
pub(crate) fn window() -> web_sys::Window {
    web_sys::window().expect_throw("leptos-session runs in a window")
}
