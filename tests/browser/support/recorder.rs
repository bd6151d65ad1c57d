//! Records the facts that an adapter sends.

use std::{cell::RefCell, rc::Rc};

use leptos_session::platform::Sink;
use session_core::Input;

/// A list of facts, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Rc<RefCell<Vec<Input>>>);

impl Recorder {
    /// Returns what an adapter takes as its way to send facts.
    pub fn sender(&self) -> impl Fn(Input) + 'static {
        let facts = Rc::clone(&self.0);
        move |input| facts.borrow_mut().push(input)
    }

    /// As [`Recorder::sender`], for adapters that share one way.
    pub fn sink(&self) -> Sink {
        Rc::new(self.sender())
    }

    pub fn facts(&self) -> Vec<Input> {
        self.0.borrow().clone()
    }

    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Returns the facts so far and forgets them.
    pub fn take(&self) -> Vec<Input> {
        self.0.take()
    }
}
