//! The whole state, and the one entry point.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use session_protocol::{SessionConfig, TabNotice};

use super::{Action, Item, Record, Settings};
use crate::{
    adversary::Adversary,
    aside::Aside,
    browser::{Browser, BrowserId, Page, PageId, TabId},
    bug::BugSet,
    network::{Call, CallNumber, Connection},
    server::{self, ConnectionId, Server},
    tally::Tally,
    trace::TraceHash,
    violation::Violation,
};

/// Whether the server runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Running {
    /// It runs.
    Yes,
    /// It stops at the next refresh, before or after the commit.
    UntilRefresh {
        /// Whether the refresh is committed before.
        committed: bool,
    },
    /// It does not.
    No,
}

/// The world.
#[derive(Clone, Debug, Hash)]
pub struct World {
    /// The true time since the world began; also the server's clock.
    pub now: Duration,
    /// The server.
    pub server: Server,
    /// Whether the server runs.
    pub running: Running,
    /// The browsers.
    pub browsers: Vec<Browser>,
    /// HTTP calls on their way, oldest first.
    pub calls: Vec<Call>,
    /// Sockets that an end of is open, oldest first.
    pub connections: Vec<Connection>,
    /// The thief.
    pub thief: Adversary,
    /// What really happened.
    pub record: Record,
    /// The first invariant that broke.
    pub broken: Option<Violation>,
    /// The last notices of each browser, newest first.
    pub(super) heard: Vec<VecDeque<TabNotice>>,
    pub(super) next_call: u32,
    pub(super) next_connection: u32,
    pub(super) next_page: u32,
    pub(super) next_change: u32,
    /// Counts of what happened.
    pub tally: Aside<Tally>,
    /// The hash of all inputs and orders.
    pub trace: Aside<TraceHash>,
    /// What this step put on its way.
    pub(super) fresh: Aside<Vec<Item>>,
    pub(super) seed: Aside<u64>,
    pub(super) config: Aside<Arc<SessionConfig>>,
    pub(super) bugs: Aside<BugSet>,
    pub(super) keeps_timeline: Aside<bool>,
    /// The records of pages that are gone.
    pub(super) archive: Aside<Vec<PageStory>>,
}

/// The record of a page, with its tab and the true time at which it began.
pub type PageStory = (TabId, PageId, Duration, Vec<String>);

impl World {
    /// Begins a world.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let browser = |_| Browser::new(settings.tabs, settings.has_locks);
        Self {
            now: Duration::ZERO,
            server: Server::new(settings.policy, settings.bugs),
            running: Running::Yes,
            browsers: (0..settings.browsers).map(browser).collect(),
            calls: Vec::new(),
            connections: Vec::new(),
            thief: Adversary::default(),
            record: Record::default(),
            broken: None,
            heard: (0..settings.browsers).map(|_| VecDeque::new()).collect(),
            next_call: 0,
            next_connection: 0,
            next_page: 0,
            next_change: 0,
            tally: Aside::default(),
            trace: Aside::default(),
            fresh: Aside::default(),
            seed: Aside(settings.seed),
            config: Aside(Arc::clone(&settings.config)),
            bugs: Aside(settings.bugs),
            keeps_timeline: Aside(settings.keeps_timeline),
            archive: Aside::default(),
        }
    }

    /// Lets one thing happen, with all that follows at once.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Arrive(call) => self.arrive(call),
            Action::Commit(call) => self.commit(call),
            Action::Answer(call) => self.answer(call),
            Action::Store(call) => self.store(call),
            Action::Finish(call) => self.finish(call),
            Action::Break(call) => self.break_call(call),
            Action::Lose(call) => self.lose_call(call),
            Action::TimeOut(call) => self.time_out(call),
            Action::Up(connection) => self.up(connection),
            Action::Down(connection) => self.down(connection),
            Action::Cut(connection) => self.cut(connection),
            Action::Reap(connection) => self.reap(connection),
            Action::Notice(tab) => self.notice(tab),
            Action::Word(tab) => self.word(tab),
            Action::Timer(tab) => self.timer(tab),
            Action::Glance(tab) => self.glance(tab),
            Action::Tick => {
                if self.is_up() {
                    let events = self.server.tick(self.now);
                    self.route(events);
                }
            }
            Action::Publish => {
                if self.is_up() {
                    let events = self.server.publish(self.now);
                    self.route(events);
                }
            }
            Action::Deed(deed) => self.act(deed),
            Action::Mishap(mishap) => self.suffer(mishap),
            Action::Pass(time) => self.now = self.now.saturating_add(time),
        }
    }

    /// Takes what was put on its way since it was last taken.
    pub fn take_fresh(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.fresh)
    }

    /// Returns the page of a tab.
    #[must_use]
    pub fn page(&self, tab: TabId) -> Option<&Page> {
        self.browser(tab.browser)?.page(tab.slot)
    }

    /// Returns a browser.
    #[must_use]
    pub fn browser(&self, id: BrowserId) -> Option<&Browser> {
        self.browsers.get(usize::from(id.0))
    }

    /// Returns all pages with their tabs.
    pub fn pages(&self) -> impl Iterator<Item = (TabId, &Page)> {
        let browsers = (0_u8..).map(BrowserId).zip(&self.browsers);
        browsers.flat_map(|(browser, inside)| {
            let pages = inside.pages();
            pages.map(move |(slot, page)| (TabId { browser, slot }, page))
        })
    }

    /// Returns whether the server answers.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.running != Running::No
    }

    /// Returns a call that is on its way.
    #[must_use]
    pub fn call(&self, number: CallNumber) -> Option<&Call> {
        self.calls.iter().find(|call| call.number == number)
    }

    /// Returns a socket.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections
            .iter()
            .find(|connection| connection.id == id)
    }

    /// Returns whether the tabs are to share one socket.
    #[must_use]
    pub fn shares(&self) -> bool {
        self.config.share != session_protocol::config::TabShare::Off
    }

    /// Returns the records of all pages, those that are gone first.
    #[must_use]
    pub fn stories(&self) -> Vec<PageStory> {
        let mut stories = self.archive.0.clone();
        stories.extend(self.pages().map(|(tab, page)| page.story(tab)));
        stories
    }

    pub(crate) fn page_mut(&mut self, tab: TabId) -> Option<&mut Page> {
        self.browser_mut(tab.browser)?.page_mut(tab.slot)
    }

    pub(super) fn browser_mut(&mut self, id: BrowserId) -> Option<&mut Browser> {
        self.browsers.get_mut(usize::from(id.0))
    }

    /// Returns whether packets pass between a browser and the place where the server is.
    pub(super) fn reaches(&self, browser: BrowserId) -> bool {
        self.browser(browser).is_some_and(Browser::is_reachable)
    }

    /// Returns whether scripts run in the page of a tab.
    #[must_use]
    pub fn runs(&self, tab: TabId) -> bool {
        let is_awake = self
            .browser(tab.browser)
            .is_some_and(|it| it.asleep.is_none());
        is_awake && self.page(tab).is_some_and(Page::runs)
    }

    /// Notes that an invariant broke.
    pub(crate) fn expect(&mut self, kept: Result<(), Violation>) {
        if let Err(violation) = kept {
            self.broken.get_or_insert(violation);
        }
    }

    pub(crate) fn see(&mut self, sight: &'static str) {
        self.tally.sights.count(sight);
    }

    /// Checks the server and has the driver look for its next deadline.
    pub(super) fn server_acted(&mut self) {
        self.expect(server::invariants::check(&self.server));
        self.fresh.push(Item::Tick);
    }
}
