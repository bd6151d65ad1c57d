//! The scripted platform: a clock that stands still until a test moves it, one armed deadline,
//! recorded calls, sockets and notices.

use std::{
    cell::{Cell, Ref, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use futures::channel::oneshot;
use leptos_session::{
    platform::http::Call,
    service::{Answered, Facts, Platform},
};
use session_core::{HttpFailure, Input, LockId, LockName, Moment, SocketId};
use session_protocol::{ClientMessage, CloseCode, MessageNames, ServerMessage, TabNotice};
use wasm_bindgen_futures::spawn_local;

use super::{
    backend::{Backend, Outcome, TOKEN_LIFETIME},
    wait::tick,
};

/// Handle of the scripted platform; clones are the same one.
#[derive(Clone, Default)]
pub struct Stage(Rc<Inner>);

#[derive(Default)]
struct Inner {
    backend: Backend,
    clock: Cell<Duration>,
    /// How far the wall clock went ahead of the other.
    slept: Cell<Duration>,
    timer: RefCell<Option<(Duration, Facts)>>,
    facts: RefCell<Option<Facts>>,
    calls: RefCell<Vec<Recorded>>,
    rules: RefCell<Vec<Rule>>,
    once: RefCell<VecDeque<(String, Reply)>>,
    sockets: RefCell<Vec<Socket>>,
    silent: Cell<bool>,
    seq: Cell<u64>,
    notices: RefCell<Vec<TabNotice>>,
    locks: Cell<bool>,
    lock_requests: RefCell<Vec<LockRequest>>,
    released: RefCell<Vec<LockId>>,
}

type Rule = Box<dyn Fn(&Call) -> Option<Outcome>>;

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Reply {
    Now(Outcome),
    /// The test answers later, through [`Stage::release`].
    Held,
}

/// A call that was made.
pub struct Recorded {
    pub call: Call,
    waiting: Option<oneshot::Sender<Outcome>>,
}

impl Recorded {
    /// Returns whether the call waits for its answer, neither answered nor aborted.
    pub fn is_waiting(&self) -> bool {
        self.waiting
            .as_ref()
            .is_some_and(|waiting| !waiting.is_canceled())
    }
}

/// A socket that was opened.
#[derive(Clone, Debug)]
pub struct Socket {
    pub id: SocketId,
    pub url: String,
    pub protocols: Vec<String>,
    pub sent: Vec<ClientMessage>,
    pub closed: Option<CloseCode>,
}

/// A lock that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LockRequest {
    pub lock: LockId,
    pub name: LockName,
    pub steal: bool,
}

impl Stage {
    /// A stage on which tabs can exclude each other.
    pub fn with_locks() -> Self {
        let stage = Self::default();
        stage.0.locks.set(true);
        stage
    }

    pub fn backend(&self) -> &Backend {
        &self.0.backend
    }

    // Time.

    /// Moves both clocks and lets every deadline on the way come, in order.
    pub async fn advance(&self, time: Duration) {
        let end = self.0.clock.get() + time;
        tick().await;
        while let Some((at, facts)) = self.take_due(end) {
            self.0.clock.set(at.max(self.0.clock.get()));
            facts.send(Input::DeadlineReached);
            tick().await;
        }
        self.0.clock.set(end);
        tick().await;
    }

    /// Moves both clocks; deadlines come late, as they do in a page that was frozen.
    pub fn skip(&self, time: Duration) {
        self.0.clock.set(self.0.clock.get() + time);
    }

    /// Moves the wall clock only: the machine sleeps, and its monotonic clock stands still.
    pub fn sleep(&self, time: Duration) {
        self.0.slept.set(self.0.slept.get() + time);
    }

    /// Returns how long it is until the armed deadline.
    pub fn armed(&self) -> Option<Duration> {
        let timer = self.0.timer.borrow();
        timer
            .as_ref()
            .map(|(at, _)| at.saturating_sub(self.0.clock.get()))
    }

    fn take_due(&self, end: Duration) -> Option<(Duration, Facts)> {
        let mut timer = self.0.timer.borrow_mut();
        timer.take_if(|(at, _)| *at <= end)
    }

    // HTTP.

    /// Decides the next call of this address, before all rules.
    pub fn next(&self, url: &str, reply: Reply) {
        self.0.once.borrow_mut().push_back((url.to_owned(), reply));
    }

    /// Answers calls before the backend does.
    pub fn rule(&self, rule: impl Fn(&Call) -> Option<Outcome> + 'static) {
        self.0.rules.borrow_mut().push(Box::new(rule));
    }

    /// Returns the calls of this address.
    pub fn calls(&self, url: &str) -> Vec<Call> {
        let calls = self.0.calls.borrow();
        let ours = calls.iter().filter(|recorded| recorded.call.url == url);
        ours.map(|recorded| recorded.call.clone()).collect()
    }

    /// Returns all calls.
    pub fn recorded(&self) -> Ref<'_, Vec<Recorded>> {
        self.0.calls.borrow()
    }

    /// Answers the calls of this address that are held.
    pub async fn release(&self, url: &str, outcome: Outcome) {
        for recorded in &mut *self.0.calls.borrow_mut() {
            if recorded.call.url == url
                && let Some(waiting) = recorded.waiting.take()
            {
                waiting.send(outcome.clone()).unwrap_or_default();
            }
        }
        tick().await;
    }

    // Sockets and tabs.

    /// Sockets neither open nor answer by themselves any more.
    pub fn silence_sockets(&self) {
        self.0.silent.set(true);
    }

    pub fn sockets(&self) -> Vec<Socket> {
        self.0.sockets.borrow().clone()
    }

    /// Returns the newest socket.
    pub fn socket(&self) -> Socket {
        self.0.sockets.borrow().last().unwrap().clone()
    }

    /// Delivers a message on the newest socket.
    pub async fn deliver(&self, message: ServerMessage) {
        self.deliver_now(message);
        tick().await;
    }

    /// Delivers a message without waiting for what follows.
    pub fn deliver_now(&self, message: ServerMessage) {
        let socket = self.socket().id;
        self.fact(Input::SocketMessageReceived { socket, message });
    }

    /// Counts the updates that the server sends.
    pub fn next_seq(&self) -> u64 {
        self.0.seq.set(self.0.seq.get() + 1);
        self.0.seq.get()
    }

    /// Delivers the text of a message, read as a real socket reads it.
    pub async fn deliver_text(&self, text: &str) {
        let message = ServerMessage::decode(text, &MessageNames::default()).unwrap();
        self.deliver(message).await;
    }

    /// Closes the newest socket from the server's side.
    pub async fn close(&self, code: u16, reason: &str) {
        self.fact(Input::SocketClosed {
            socket: self.socket().id,
            code: CloseCode(code),
            reason: reason.to_owned(),
        });
        tick().await;
    }

    pub fn notices(&self) -> Vec<TabNotice> {
        self.0.notices.borrow().clone()
    }

    pub fn lock_requests(&self) -> Vec<LockRequest> {
        self.0.lock_requests.borrow().clone()
    }

    pub fn released_locks(&self) -> Vec<LockId> {
        self.0.released.borrow().clone()
    }

    // Facts.

    /// Returns where facts go.
    pub fn facts(&self) -> Facts {
        self.0.facts.borrow().clone().unwrap()
    }

    /// Hands in a fact.
    pub fn fact(&self, input: Input) {
        self.facts().send(input);
    }

    fn decide(&self, call: &Call) -> Reply {
        let mut once = self.0.once.borrow_mut();
        let next = once.iter().position(|(url, _)| *url == call.url);
        if let Some((_, reply)) = next.and_then(|index| once.remove(index)) {
            return reply;
        }
        let rules = self.0.rules.borrow();
        let outcome = rules.iter().rev().find_map(|rule| rule(call));
        Reply::Now(outcome.unwrap_or_else(|| self.0.backend.answer(call)))
    }

    fn answer_later(&self, socket: SocketId, input: Input) {
        let stage = self.clone();
        spawn_local(async move {
            let sockets = stage.0.sockets.borrow().clone();
            let still_there = |other: &Socket| other.id == socket && other.closed.is_none();
            if !stage.0.silent.get() && sockets.iter().any(still_there) {
                stage.fact(input);
            }
        });
    }
}

impl Platform for Stage {
    fn now(&self) -> Moment {
        let monotonic = self.0.clock.get();
        Moment {
            monotonic,
            wall: monotonic + self.0.slept.get() + Duration::from_secs(1_700_000_000),
        }
    }

    fn arm(&self, delay: Option<Duration>, facts: Facts) {
        let at = delay.map(|delay| (self.0.clock.get() + delay, facts));
        *self.0.timer.borrow_mut() = at;
    }

    fn call(&self, call: Call) -> Answered {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = Some(sender);
        if let Reply::Now(outcome) = self.decide(&call) {
            waiting.take().map(|sender| sender.send(outcome));
        }
        self.0.calls.borrow_mut().push(Recorded { call, waiting });
        Box::pin(async move {
            // No network answers within the turn that asked.
            leptos::task::tick().await;
            receiver.await.unwrap_or(Err(HttpFailure::Unreachable))
        })
    }

    fn open_socket(&self, id: SocketId, url: String, protocols: Vec<String>, _: Facts) {
        self.0.sockets.borrow_mut().push(Socket {
            id,
            url,
            protocols,
            sent: Vec::new(),
            closed: None,
        });
        self.answer_later(id, Input::SocketOpened { socket: id });
    }

    fn send(&self, socket: SocketId, message: &ClientMessage) {
        for open in &mut *self.0.sockets.borrow_mut() {
            if open.id == socket && open.closed.is_none() {
                open.sent.push(message.clone());
            }
        }
        let answer = match message {
            ClientMessage::Auth { .. } | ClientMessage::AuthRefresh { .. } => {
                ServerMessage::AuthOk {
                    expires_in: TOKEN_LIFETIME,
                    session: None,
                    reconnect_within: None,
                }
            }
            ClientMessage::Heartbeat => ServerMessage::HeartbeatAck,
            ClientMessage::Activity
            | ClientMessage::Subscribe { .. }
            | ClientMessage::Unsubscribe { .. } => return,
        };
        self.answer_later(
            socket,
            Input::SocketMessageReceived {
                socket,
                message: answer,
            },
        );
    }

    fn close_socket(&self, socket: SocketId, code: CloseCode) {
        for open in &mut *self.0.sockets.borrow_mut() {
            if open.id == socket {
                open.closed.get_or_insert(code);
            }
        }
    }

    fn notify(&self, notice: &TabNotice) {
        self.0.notices.borrow_mut().push(notice.clone());
    }

    fn locks(&self) -> bool {
        self.0.locks.get()
    }

    fn request_lock(&self, lock: LockId, name: LockName, steal: bool) {
        let request = LockRequest { lock, name, steal };
        self.0.lock_requests.borrow_mut().push(request);
    }

    fn release_lock(&self, lock: LockId) {
        self.0.released.borrow_mut().push(lock);
    }

    fn watch(&self, facts: Facts) {
        *self.0.facts.borrow_mut() = Some(facts);
    }
}
