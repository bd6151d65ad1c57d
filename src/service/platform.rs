//! What the driver needs of its surroundings.
//!
//! The browser is one implementation; tests script another. Invariant: no method calls back into
//! the driver before it returns; facts come later, through [`Facts::send`].

use std::{
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
    time::Duration,
};

use session_core::{HttpFailure, Input, LockId, LockName, Moment, SocketId};
use session_protocol::{ClientMessage, CloseCode, TabNotice};

use super::driver::Driver;
use crate::platform::http::{Answer, Call};

/// The answer of an HTTP call, some time.
pub type Answered = Pin<Box<dyn Future<Output = Result<Answer, HttpFailure>>>>;

/// The surroundings of a driver.
pub trait Platform {
    /// Reads both clocks.
    fn now(&self) -> Moment;

    /// Sends [`Input::DeadlineReached`] after this time; takes the place of the one timer that was
    /// armed before.
    fn arm(&self, delay: Option<Duration>, facts: Facts);

    /// Sends an HTTP call. Dropping the future aborts it.
    fn call(&self, call: Call) -> Answered;

    /// Opens a socket at this address and sends its facts.
    fn open_socket(&self, socket: SocketId, url: String, protocols: Vec<String>, facts: Facts);

    /// Sends a message on the socket, if it is still there.
    fn send(&self, socket: SocketId, message: &ClientMessage);

    /// Closes the socket, if it is still there.
    fn close_socket(&self, socket: SocketId, code: CloseCode);

    /// Tells the other tabs.
    fn notify(&self, notice: &TabNotice);

    /// Returns whether tabs can tell and exclude each other.
    fn locks(&self) -> bool;

    /// Asks for a lock, or takes it from whoever holds it.
    fn request_lock(&self, lock: LockId, name: LockName, steal: bool);

    /// Gives a lock back, or withdraws the request for it.
    fn release_lock(&self, lock: LockId);

    /// Begins to watch the page and the other tabs. Called once, before the first effect.
    fn watch(&self, facts: Facts);
}

/// Where facts go. It outlives nothing: after the driver is gone, facts are dropped.
#[derive(Clone, Debug)]
pub struct Facts(Weak<Driver>);

impl Facts {
    pub(super) fn to(driver: &Rc<Driver>) -> Self {
        Self(Rc::downgrade(driver))
    }

    /// Hands a fact to the driver's queue.
    pub fn send(&self, input: Input) {
        if let Some(driver) = self.0.upgrade() {
            driver.dispatch(input);
        }
    }
}
