//! Errors that nobody caught, such as a callback of something that was dropped.

use std::{cell::RefCell, rc::Rc};

use leptos_session::platform::listener::Listener;

use super::javascript::property;

/// Watches the window; dropping it fails the test if there was an error meanwhile.
#[derive(Debug)]
#[must_use = "only a kept watch sees errors"]
pub struct Errors {
    messages: Rc<RefCell<Vec<String>>>,
    _listener: Listener,
}

impl Errors {
    pub fn watch() -> Self {
        let messages = Rc::new(RefCell::new(Vec::new()));
        let listener = {
            let messages = Rc::clone(&messages);
            Listener::new(&web_sys::window().unwrap(), "error", move |event| {
                let message = property(&event, "message").as_string();
                messages.borrow_mut().push(message.unwrap_or_default());
            })
        };
        Self {
            messages,
            _listener: listener,
        }
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        let messages = self.messages.borrow();
        assert!(messages.is_empty(), "errors in the page: {messages:?}");
    }
}
