//! Application messages: handlers registered by topic.
//!
//! Invariant: N updates delivered are N calls of each handler, in order, whatever the handlers do
//! to the list of handlers meanwhile.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
};

use session_core::Input;
use session_protocol::Value;

use super::driver::Driver;

/// One update of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Topic.
    pub topic: String,
    /// Counts the updates of the topic.
    pub seq: u64,
    /// The application's own JSON.
    pub payload: Value,
}

type Handler = Rc<dyn Fn(&Update)>;

struct Registration {
    id: u64,
    topic: String,
    handler: Handler,
}

/// The handlers of all topics.
#[derive(Default)]
pub(super) struct Updates {
    last: Cell<u64>,
    registrations: RefCell<Vec<Registration>>,
}

impl Updates {
    /// Hands an update to the handlers of its topic.
    pub(super) fn deliver(&self, update: &Update) {
        // A handler may register or unregister handlers, so none runs while the list is borrowed.
        let registrations = self.registrations.borrow();
        let ours = registrations
            .iter()
            .filter(|registration| registration.topic == update.topic);
        let handlers: Vec<Handler> = ours
            .map(|registration| Rc::clone(&registration.handler))
            .collect();
        drop(registrations);
        for handler in handlers {
            handler(update);
        }
    }

    fn unregister(&self, id: u64) -> Option<Registration> {
        let mut registrations = self.registrations.borrow_mut();
        let position = registrations.iter().position(|other| other.id == id);
        position.map(|position| registrations.remove(position))
    }

    fn has(&self, topic: &str) -> bool {
        self.registrations
            .borrow()
            .iter()
            .any(|registration| registration.topic == topic)
    }
}

/// A registered handler. It is unregistered when this value is dropped.
#[must_use = "a dropped subscription hears nothing"]
pub struct Subscription {
    driver: Weak<Driver>,
    id: u64,
    topic: String,
}

impl Subscription {
    /// Registers a handler; the first one of a topic subscribes the topic.
    pub(super) fn new(
        driver: &Rc<Driver>,
        topic: &str,
        handler: impl Fn(&Update) + 'static,
    ) -> Self {
        let (updates, topic) = (&driver.updates, topic.to_owned());
        let id = updates.last.get() + 1;
        updates.last.set(id);
        let handler: Handler = Rc::new(handler);
        let registration = Registration {
            id,
            topic: topic.clone(),
            handler,
        };
        updates.registrations.borrow_mut().push(registration);
        driver.dispatch(Input::TopicSubscribed {
            topic: topic.clone(),
        });
        Self {
            driver: Rc::downgrade(driver),
            id,
            topic,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(driver) = self.driver.upgrade() else {
            return;
        };
        // The handler goes after the borrow, since what it owns may be another subscription.
        let handler = driver.updates.unregister(self.id);
        drop(handler);
        if !driver.updates.has(&self.topic) {
            let topic = std::mem::take(&mut self.topic);
            driver.dispatch(Input::TopicUnsubscribed { topic });
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subscription").field(&self.topic).finish()
    }
}
