//! The browser as the driver's surroundings.
//!
//! Invariant: there is one timer, one socket, one channel, one set of locks and one of page
//! listeners, each released with this value or when the next takes its place.

use std::{
    cell::{OnceCell, RefCell},
    fmt,
    rc::Rc,
    time::Duration,
};

use session_core::{Input, LockId, LockName, Moment, SocketId};
use session_protocol::{ClientMessage, CloseCode, MessageNames, SessionConfig, TabNotice};

use super::platform::{Answered, Facts, Platform};
use crate::platform::{
    Sink,
    broadcast::Broadcast,
    clock,
    http::Call,
    locks::Locks,
    page::{self, Page},
    socket::Socket,
    timer::Timer,
};

/// A page that can be seen looks at its clocks at least this often. Timers stand still while a
/// machine sleeps, and on many systems no event tells of its wake.
const GLANCE: Duration = Duration::from_secs(1);

/// The real thing.
#[derive(Default)]
pub struct BrowserPlatform {
    scope: String,
    names: Rc<MessageNames>,
    timer: RefCell<Option<Timer>>,
    socket: RefCell<Option<(SocketId, Socket)>>,
    broadcast: OnceCell<Broadcast>,
    locks: OnceCell<Locks>,
    page: OnceCell<Page>,
}

impl BrowserPlatform {
    /// Prepares the browser for this configuration.
    #[must_use]
    pub fn new(config: &SessionConfig) -> Self {
        Self {
            scope: config.scope.clone(),
            names: Rc::new(config.socket.names.clone()),
            ..Self::default()
        }
    }

    fn take_socket(&self, socket: SocketId) -> Option<Socket> {
        let mut current = self.socket.borrow_mut();
        let ours = current.as_ref().is_some_and(|(id, _)| *id == socket);
        if ours {
            current.take().map(|(_, socket)| socket)
        } else {
            None
        }
    }
}

impl Platform for BrowserPlatform {
    fn now(&self) -> Moment {
        clock::now()
    }

    fn arm(&self, delay: Option<Duration>, facts: Facts) {
        let longest = if page::is_visible() {
            GLANCE
        } else {
            Duration::MAX
        };
        let timer = delay.map(|delay| {
            Timer::after(delay.min(longest), move || {
                facts.send(Input::DeadlineReached);
            })
        });
        *self.timer.borrow_mut() = timer;
    }

    fn call(&self, call: Call) -> Answered {
        Box::pin(call.send())
    }

    fn open_socket(&self, id: SocketId, url: String, protocols: Vec<String>, facts: Facts) {
        let names = Rc::clone(&self.names);
        let opened = {
            let facts = facts.clone();
            Socket::open(id, &url, &protocols, names, move |input| facts.send(input))
        };
        if let Ok(socket) = opened {
            *self.socket.borrow_mut() = Some((id, socket));
        } else {
            // The error stays out of the record: it may name the address, and that holds the ticket.
            let (code, reason) = (CloseCode::ABNORMAL, String::new());
            facts.send(Input::SocketClosed {
                socket: id,
                code,
                reason,
            });
        }
    }

    fn send(&self, socket: SocketId, message: &ClientMessage) {
        if let Some((id, current)) = &*self.socket.borrow()
            && *id == socket
        {
            current.send(message);
        }
    }

    fn close_socket(&self, socket: SocketId, code: CloseCode) {
        if let Some(socket) = self.take_socket(socket) {
            socket.close(code);
        }
    }

    fn notify(&self, notice: &TabNotice) {
        if let Some(broadcast) = self.broadcast.get() {
            broadcast.post(notice);
        }
    }

    fn locks(&self) -> bool {
        self.locks.get().is_some() && self.broadcast.get().is_some()
    }

    fn request_lock(&self, lock: LockId, name: LockName, steal: bool) {
        if let Some(locks) = self.locks.get() {
            locks.request(lock, name, steal);
        }
    }

    fn release_lock(&self, lock: LockId) {
        if let Some(locks) = self.locks.get() {
            locks.release(lock);
        }
    }

    fn watch(&self, facts: Facts) {
        let sink: Sink = Rc::new(move |input| facts.send(input));
        self.page.get_or_init(|| Page::watch(&sink));
        if let Some(broadcast) = Broadcast::open(&self.scope, &sink) {
            self.broadcast.get_or_init(|| broadcast);
        }
        if let Some(locks) = Locks::open(&self.scope, &sink) {
            self.locks.get_or_init(|| locks);
        }
    }
}

impl fmt::Debug for BrowserPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserPlatform")
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}
