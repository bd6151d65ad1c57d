//! The driver: a FIFO of inputs around the pure client.
//!
//! It keeps the caller's contract of [`session_core`]: one input, one `handle`, all effects in
//! order, one timer. Invariants: it is never re-entered, since an input that arrives while another
//! is handled waits in the queue; no borrow of the client is alive while effects run; the view is
//! published at most once a turn and only when it changed.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt,
    rc::Rc,
    time::Duration,
};

use session_core::{Client, Input, SessionView, SocketId, timeline::Entry};
use session_protocol::{EndReason, SessionConfig};

use super::{
    drafts::Drafts,
    fetch::Fetches,
    platform::{Facts, Platform},
    updates::Updates,
};
use crate::platform::storage::Shelf;

type ClearHook = Rc<dyn Fn(EndReason)>;

/// One client, its surroundings and the application's registrations.
pub(super) struct Driver {
    pub(super) config: SessionConfig,
    pub(super) platform: Box<dyn Platform>,
    pub(super) shelf: Shelf,
    pub(super) drafts: Drafts,
    /// The socket that was ordered last, unless it was closed since.
    pub(super) wanted_socket: Cell<Option<SocketId>>,
    pub(super) fetches: Fetches,
    pub(super) updates: Updates,
    pub(super) clear_hooks: RefCell<Vec<ClearHook>>,
    client: RefCell<Client>,
    queue: RefCell<VecDeque<Input>>,
    running: Cell<bool>,
    published: RefCell<SessionView>,
    publish: Box<dyn Fn(SessionView)>,
}

impl Driver {
    /// Creates a driver that publishes each new view through `publish`.
    pub(super) fn new(
        config: SessionConfig,
        platform: Box<dyn Platform>,
        tab: String,
        seed: u64,
        publish: impl Fn(SessionView) + 'static,
    ) -> Rc<Self> {
        let client = Client::new(&config, tab, seed, platform.now());
        let published = RefCell::new(client.view());
        let driver = Rc::new(Self {
            shelf: Shelf::new(&config.scope),
            drafts: Drafts::new(&config.scope),
            wanted_socket: Cell::default(),
            config,
            platform,
            fetches: Fetches::default(),
            updates: Updates::default(),
            clear_hooks: RefCell::default(),
            client: RefCell::new(client),
            queue: RefCell::default(),
            running: Cell::new(false),
            published,
            publish: Box::new(publish),
        });
        driver.platform.watch(Facts::to(&driver));
        driver
    }

    /// Takes an input in; handles it now, or after those that came before it.
    pub(super) fn dispatch(self: &Rc<Self>, input: Input) {
        if input.is_wake() {
            let presence = self.presence();
            self.enqueue(Input::PresenceRead { presence });
        }
        self.enqueue(input);
        if self.running.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            let effects = self.client.borrow_mut().handle(input, self.platform.now());
            for effect in effects {
                self.perform(effect);
            }
        }
        self.running.set(false);
        self.arm();
        self.publish_view();
    }

    pub(super) fn view(&self) -> SessionView {
        self.client.borrow().view()
    }

    pub(super) fn timeline(&self) -> Vec<Entry> {
        self.client.borrow().timeline().entries().cloned().collect()
    }

    fn enqueue(&self, input: Input) {
        self.queue.borrow_mut().push_back(input);
    }

    fn next_input(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn arm(self: &Rc<Self>) {
        let deadline = self.client.borrow().next_deadline();
        let now = self.platform.now().monotonic;
        let delay: Option<Duration> = deadline.map(|at| at.saturating_sub(now));
        self.platform.arm(delay, Facts::to(self));
    }

    fn publish_view(&self) {
        let view = self.view();
        if self.published.replace(view.clone()) != view {
            (self.publish)(view);
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("view", &self.published)
            .finish_non_exhaustive()
    }
}
