//! One animation frame.

use wasm_bindgen::{JsCast as _, closure::Closure};

/// A request for the next animation frame that is cancelled when it is dropped.
#[derive(Debug)]
#[must_use = "a dropped frame never comes"]
pub struct Frame {
    id: Option<i32>,
    _callback: Closure<dyn FnMut()>,
}

impl Frame {
    /// Calls `callback` once before the next paint. Hidden pages paint nothing, so there it waits
    /// until the page is shown.
    pub fn next(callback: impl FnOnce() + 'static) -> Self {
        let callback = Closure::once(callback);
        let id = super::window()
            .request_animation_frame(callback.as_ref().unchecked_ref())
            .ok();
        Self {
            id,
            _callback: callback,
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            // Cancelling a frame that came is allowed and does nothing.
            super::window()
                .cancel_animation_frame(id)
                .unwrap_or_default();
        }
    }
}
