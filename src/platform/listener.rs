//! One event listener.

use std::fmt;

use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{AddEventListenerOptions, Event, EventTarget};

/// An event listener that is removed when it is dropped.
#[must_use = "a dropped listener hears nothing"]
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    phase: Phase,
    callback: Closure<dyn FnMut(Event)>,
}

/// Where an event is heard on its way through the document (DOM, event dispatch).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// On the way down, before anybody else.
    Capture,
    /// On the way up.
    Bubble,
}

impl Listener {
    /// Calls `callback` for each event `name` that reaches `target`, before anybody else and
    /// without the power to cancel it.
    pub fn new(
        target: &EventTarget,
        name: &'static str,
        callback: impl FnMut(Event) + 'static,
    ) -> Self {
        Self::add(target, name, Phase::Capture, Box::new(callback))
    }

    /// Calls `callback` for each event `name` that reaches `target` on its way up; the callback
    /// may cancel it.
    pub fn acting(
        target: &EventTarget,
        name: &'static str,
        callback: Box<dyn FnMut(Event)>,
    ) -> Self {
        Self::add(target, name, Phase::Bubble, callback)
    }

    fn add(
        target: &EventTarget,
        name: &'static str,
        phase: Phase,
        callback: Box<dyn FnMut(Event)>,
    ) -> Self {
        let callback = Closure::wrap(callback);
        let options = AddEventListenerOptions::new();
        options.set_capture(phase == Phase::Capture);
        options.set_passive(phase == Phase::Capture);
        let added = target.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            callback.as_ref().unchecked_ref(),
            &options,
        );
        debug_assert!(added.is_ok(), "adding a listener does not throw");
        Self {
            target: target.clone(),
            name,
            phase,
            callback,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let capture = self.phase == Phase::Capture;
        self.target
            .remove_event_listener_with_callback_and_bool(self.name, callback, capture)
            .unwrap_or_default();
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.name).finish()
    }
}
