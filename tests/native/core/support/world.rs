//! The world around a client: a virtual clock and a record of every order.

use std::{collections::BTreeMap, time::Duration};

use session_core::{Client, Effect, Input, Moment, SessionView, timeline::EntryKind};
use session_protocol::SessionConfig;

/// Where the wall clock begins: some day in 2027.
const WALL: Duration = Duration::from_secs(1_800_000_000);

/// More deadlines than this in one `advance` mean that the client keeps its shell busy.
const BUSY: u32 = 50_000;

/// A client, its clocks, and everything it has ordered.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) client: Client,
    now: Moment,
    log: Vec<(Duration, Effect)>,
    last: usize,
    counted: usize,
    detail: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(&SessionConfig::default(), 7)
    }

    pub(crate) fn configured(text: &str) -> Self {
        let config = SessionConfig::parse(text).expect("a valid configuration");
        Self::with(&config, 7)
    }

    pub(crate) fn with(config: &SessionConfig, seed: u64) -> Self {
        Self::named(config, "this-tab".to_owned(), seed)
    }

    pub(crate) fn named(config: &SessionConfig, tab: String, seed: u64) -> Self {
        let now = Moment {
            monotonic: Duration::ZERO,
            wall: WALL,
        };
        Self {
            client: Client::new(config, tab, seed, now),
            now,
            log: Vec::new(),
            last: 0,
            counted: 0,
            detail: String::new(),
        }
    }

    /// Hands a fact in and keeps the orders. The next deadline is always in the future.
    pub(crate) fn send(&mut self, input: Input) {
        self.detail = input.detail();
        let effects = self.client.handle(input, self.now);
        self.last = self.log.len();
        let at = self.now.monotonic;
        self.log
            .extend(effects.into_iter().map(|order| (at, order)));
        if let Some(deadline) = self.client.next_deadline() {
            assert!(
                deadline > at,
                "the deadline {deadline:?} is not after {at:?}"
            );
        }
    }

    /// Lets time pass, with `DeadlineReached` at each deadline.
    pub(crate) fn advance(&mut self, time: Duration) {
        let end = self.now.monotonic + time;
        let mut deadlines = 0;
        while let Some(deadline) = self.client.next_deadline().filter(|at| *at <= end) {
            self.pass(deadline - self.now.monotonic);
            self.send(Input::DeadlineReached);
            deadlines += 1;
            assert!(deadlines < BUSY, "the client keeps its shell busy");
        }
        self.pass(end - self.now.monotonic);
    }

    /// Lets time pass until the next deadline, and reports it.
    pub(crate) fn reach_deadline(&mut self) {
        let deadline = self.client.next_deadline().expect("a deadline");
        self.pass(deadline - self.now.monotonic);
        self.send(Input::DeadlineReached);
    }

    /// Lets time pass with no timer running, as in a throttled page.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.now.monotonic += time;
        self.now.wall += time;
    }

    /// Moves the wall clock alone, as sleep does and as people do.
    pub(crate) fn set_wall_forward(&mut self, time: Duration) {
        self.now.wall += time;
    }

    pub(crate) fn set_wall_back(&mut self, time: Duration) {
        self.now.wall -= time;
    }

    pub(crate) fn now(&self) -> Duration {
        self.now.monotonic
    }

    pub(crate) fn view(&self) -> SessionView {
        self.client.view()
    }

    pub(crate) fn state(&self) -> String {
        self.client.state_names().join(" ")
    }

    /// Orders of the last input.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &Effect> {
        self.log.iter().skip(self.last).map(|(_, order)| order)
    }

    /// All orders since the log was last forgotten, with their times.
    pub(crate) fn log(&self) -> impl DoubleEndedIterator<Item = (Duration, &Effect)> {
        let log = self.log.iter().skip(self.counted);
        log.map(|(at, order)| (*at, order))
    }

    /// All orders, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Effect> {
        self.log.iter().rev().map(|(_, order)| order)
    }

    /// Forgets the orders so far, so that counts begin here.
    pub(crate) fn forget_log(&mut self) {
        self.counted = self.log.len();
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        let is_meant = |order: &Effect| {
            let detail = name.strip_prefix(order.name());
            detail.is_some_and(|detail| detail.is_empty() || detail.trim_start() == order.detail())
        };
        self.log().filter(|(_, order)| is_meant(order)).count()
    }

    /// How often each order was given, for tests that look at all of them.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (_, order) in self.log() {
            *counts.entry(order.name()).or_default() += 1;
        }
        counts
    }

    /// Asserts the names of the last input's orders, with their details, in order.
    pub(crate) fn expect(&self, names: &[&str]) {
        let found: Vec<_> = self.orders().map(label).collect();
        assert_eq!(found, names, "in state {}", self.state());
    }

    pub(crate) fn expect_only(&self, name: &str) {
        self.expect(&[name]);
    }

    pub(crate) fn expect_nothing(&self) {
        self.expect(&[]);
    }

    pub(crate) fn expect_state(&self, state: &str) {
        assert_eq!(self.state(), state);
    }

    /// Returns why the last input was ignored, if it was.
    pub(crate) fn ignored(&self) -> Option<&str> {
        let at = u64::try_from(self.now().as_millis()).expect("a short test");
        let mut entries = self.client.timeline().entries().rev();
        entries
            .find(|entry| entry.kind == EntryKind::Ignored && entry.at_ms == at)
            .map(|entry| entry.detail.trim_start_matches(&self.detail))
            .map(|why| why.trim_start_matches(": "))
    }
}

/// Writes an order as `Name` or `Name detail`.
pub(crate) fn label(order: &Effect) -> String {
    let (name, detail) = (order.name(), order.detail());
    if detail.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {detail}")
    }
}
