//! Facts of the page: visibility, focus, freezing, back/forward cache, network, the user's activity.

use std::rc::Rc;

use session_core::Input;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Event, EventTarget, PageTransitionEvent, VisibilityState};

use super::{Sink, listener::Listener, window};

/// Events that only a person causes.
const ACTIVITY: [&str; 5] = [
    "pointerdown",
    "pointermove",
    "keydown",
    "wheel",
    "touchstart",
];

/// Two activities closer than this are one. The client reports far less often; this keeps a moving
/// pointer from waking it for each pixel.
const ACTIVITY_GAP_MS: f64 = 1000.0;

/// The listeners of a page.
#[derive(Debug)]
pub struct Page {
    _listeners: Vec<Listener>,
}

impl Page {
    /// Hands every fact of the page to `sink`, beginning with whether it can be seen and whether there
    /// is a network.
    pub fn watch(sink: &Sink) -> Self {
        let window = window();
        let mut listeners = Vec::new();
        let mut listen = |target: &EventTarget, name, fact: fn(&Event) -> Option<Input>| {
            let send = Rc::clone(sink);
            listeners.push(Listener::new(target, name, move |event| {
                if let Some(input) = fact(&event) {
                    send(input);
                }
            }));
        };
        listen(&window, "online", |_| Some(Input::WentOnline));
        listen(&window, "offline", |_| Some(Input::WentOffline));
        listen(&window, "pagehide", |_| Some(Input::PageLeft));
        // One that comes back unseen, in a tab behind others, stays hidden.
        listen(&window, "pageshow", |_| {
            (!is_visible()).then_some(Input::PageHidden)
        });
        listen(&window, "pageshow", |event| {
            let persisted = event.dyn_ref().is_some_and(PageTransitionEvent::persisted);
            persisted.then_some(if is_visible() {
                Input::PageShown { persisted }
            } else {
                Input::PageResumed
            })
        });
        // The focus of each field passes by on its way down.
        listen(&window, "focus", |event| {
            (event.event_phase() == Event::AT_TARGET).then_some(Input::PageFocused)
        });
        if let Some(document) = window.document() {
            listen(&document, "freeze", |_| Some(Input::PageFrozen));
            listen(&document, "resume", |_| Some(Input::PageResumed));
            listen(&document, "visibilitychange", |_| {
                Some(if is_visible() {
                    Input::PageShown { persisted: false }
                } else {
                    Input::PageHidden
                })
            });
            for name in ACTIVITY {
                let (send, mut last) = (Rc::clone(sink), f64::NEG_INFINITY);
                listeners.push(Listener::new(&document, name, move |event| {
                    if event.is_trusted() && event.time_stamp() - last >= ACTIVITY_GAP_MS {
                        last = event.time_stamp();
                        send(Input::UserWasActive);
                    }
                }));
            }
        }
        if !is_visible() {
            sink(Input::PageHidden);
        }
        if !window.navigator().on_line() {
            sink(Input::WentOffline);
        }
        Self {
            _listeners: listeners,
        }
    }
}

/// Returns whether the page can be seen (HTML, visibility state).
#[must_use]
pub fn is_visible() -> bool {
    window()
        .document()
        .is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Has the browser ask before the page is left, as long as the listener lives (HTML, `beforeunload`).
/// It keeps the page out of the back/forward cache of some browsers, so hold it no longer than
/// something would be lost.
pub fn ask_before_leaving() -> Listener {
    let ask = |event: Event| {
        event.prevent_default();
        // For browsers that do not go by the former.
        let name = JsValue::from_str("returnValue");
        js_sys::Reflect::set(&event, &name, &JsValue::TRUE).unwrap_or_default();
    };
    Listener::acting(&window(), "beforeunload", Box::new(ask))
}
