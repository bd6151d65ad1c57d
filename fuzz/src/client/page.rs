//! A page for a client: two clocks, the identifiers that were given out, and the promises.

use std::{collections::BTreeMap, time::Duration};

use session_core::{CallId, Client, Effect, Input, LockId, Moment, RequestId, SocketId};
use session_protocol::{
    SessionConfig, TabNotice, TabNoticeKind,
    config::{CloseRule, SocketAuth, TabShare},
};

use super::{
    Life,
    act::{Act, Age},
    promises::Promises,
};

/// Name of this tab.
pub(super) const TAB: &str = "this-tab";

/// Where the wall clock begins: some day in 2027.
const WALL: Duration = Duration::from_secs(1_800_000_000);

/// Most deadlines that are reported in one wait. A client that wants more is either busy, which a
/// promise forbids, or waits for an answer that nobody gives for days.
const MOST_DEADLINES: u32 = 60;

/// A client with its surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) client: Client,
    pub(crate) now: Moment,
    /// Whether tabs can exclude each other.
    pub(super) locks: bool,
    pub(super) given: Given,
    promises: Promises,
}

/// The newest identifiers.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) calls: BTreeMap<&'static str, CallId>,
    pub(super) socket: u64,
    pub(super) request: u64,
    pub(super) lock: u64,
    /// Locks that were asked for and not granted, given back or lost.
    pub(super) waiting: Vec<LockId>,
    /// Highest number of a leadership that anybody spoke of.
    pub(super) term: u64,
    pub(super) notices: Vec<TabNotice>,
}

impl Page {
    /// A page of the deployment that this byte chooses.
    #[must_use]
    pub(crate) fn new(choice: u8) -> Self {
        let mut config = SessionConfig::default();
        let auths = [
            SocketAuth::FirstMessage,
            SocketAuth::FirstMessage,
            SocketAuth::Cookie,
            SocketAuth::Ticket,
        ];
        config.socket.auth = auths[usize::from(choice) % auths.len()];
        if choice & 4 != 0 {
            config.share = TabShare::Off;
        }
        if choice & 8 != 0 {
            config.refresh_at = 0.001;
        }
        if choice & 16 != 0 {
            config.socket.close_policy =
                vec![(4000, CloseRule::Verify), (4001, CloseRule::Expired)];
        }
        let now = Moment {
            monotonic: Duration::ZERO,
            wall: WALL,
        };
        let client = Client::new(&config, TAB.to_owned(), u64::from(choice), now);
        Self {
            client: if choice & 32 == 0 {
                client
            } else {
                client.without_timeline()
            },
            now,
            locks: choice & Life::SHARED != 0,
            given: Given::default(),
            promises: Promises::default(),
        }
    }

    /// Lets one act happen; panics if the client breaks a promise. Returns the orders.
    pub(crate) fn act(&mut self, act: &Act) -> Vec<Effect> {
        match act {
            Act::Deadline => {
                self.pass_to_deadline();
                self.send(&Input::DeadlineReached)
            }
            Act::Wait(time) => self.wait(*time),
            Act::Doze(time) => {
                self.pass(*time);
                Vec::new()
            }
            Act::WallForward(time) => {
                self.now.wall = self.now.wall.saturating_add(*time);
                Vec::new()
            }
            Act::WallBack(time) => {
                self.now.wall = self.now.wall.saturating_sub(*time);
                Vec::new()
            }
            other => self
                .fact(other)
                .map_or_else(Vec::new, |input| self.send(&input)),
        }
    }

    /// Looks at what is promised of a whole life.
    pub(crate) fn close(&self) {
        self.promises.close(&self.client);
    }

    /// Hands a fact in; panics if the client breaks a promise. Returns the orders.
    pub(crate) fn send(&mut self, input: &Input) -> Vec<Effect> {
        if let Input::LockGranted { lock } | Input::LockLost { lock } = input {
            self.given.waiting.retain(|it| it != lock);
        }
        let before = self.client.view();
        let effects = self.client.handle(input.clone(), self.now);
        for effect in &effects {
            self.note(effect);
        }
        self.promises
            .look(input, &before, &effects, &self.client, self.now.monotonic);
        effects
    }

    fn note(&mut self, effect: &Effect) {
        let given = &mut self.given;
        match effect {
            Effect::RequestLogin { call, .. }
            | Effect::RequestRefresh { call }
            | Effect::AskSession { call, .. }
            | Effect::RequestExtension { call, .. }
            | Effect::RequestLogout { call, .. } => {
                given.calls.insert(effect.name(), *call);
            }
            Effect::OpenSocket { socket, .. } => given.socket = socket.0,
            Effect::RequestLock { lock, .. } => {
                given.lock = lock.0;
                given.waiting.push(*lock);
            }
            Effect::ReleaseLock { lock } => given.waiting.retain(|it| it != lock),
            Effect::NotifyTabs(notice) => {
                if let TabNoticeKind::Leading { term, .. } = &notice.kind {
                    given.term = given.term.max(*term);
                }
                given.notices.push(notice.clone());
            }
            _ => {}
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now.monotonic = self.now.monotonic.saturating_add(time);
        self.now.wall = self.now.wall.saturating_add(time);
    }

    fn pass_to_deadline(&mut self) {
        if let Some(deadline) = self.client.next_deadline() {
            self.pass(deadline.saturating_sub(self.now.monotonic));
        }
    }

    /// Lets time pass with `DeadlineReached` at each deadline. Returns the orders.
    fn wait(&mut self, time: Duration) -> Vec<Effect> {
        let end = self.now.monotonic.saturating_add(time);
        let mut effects = Vec::new();
        for _ in 0..MOST_DEADLINES {
            if self.client.next_deadline().is_none_or(|at| at > end) {
                break;
            }
            self.pass_to_deadline();
            effects.append(&mut self.send(&Input::DeadlineReached));
        }
        self.pass(end.saturating_sub(self.now.monotonic));
        effects
    }

    pub(super) fn call(&self, name: &'static str, age: Age) -> CallId {
        let newest = self.given.calls.get(name).map_or(0, |call| call.0);
        CallId(newest.saturating_sub(age.0))
    }

    pub(super) fn socket(&self, age: Age) -> SocketId {
        SocketId(self.given.socket.saturating_sub(age.0))
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.given.request += 1;
        self.request(Age(0))
    }

    pub(super) fn request(&self, age: Age) -> RequestId {
        RequestId(self.given.request.saturating_sub(age.0))
    }

    pub(super) fn lock(&self, age: Age) -> LockId {
        LockId(self.given.lock.saturating_sub(age.0))
    }
}
