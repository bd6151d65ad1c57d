//! The tabs of a browser and what passes between them: one event at a time, in the order of time.

use std::{collections::BTreeMap, time::Duration};

use session_core::{Effect, Input, LockName, Presence, SessionView};
use session_protocol::{SessionConfig, TabNotice, TabNoticeKind};

use super::{
    locks::Locks,
    server::{REPLAY, Server},
};
use crate::support::{samples::logged_out, world::World};

/// A notice between tabs, or the word about a lock, takes this long on a machine that is not busy.
const NEAR: Duration = Duration::from_millis(1);
/// A packet to the server, or from it, takes this long.
const FAR: Duration = Duration::from_millis(10);

/// Whether a page runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Life {
    Running,
    /// It stopped without a word; what happens meanwhile reaches it when it runs again.
    Frozen,
    /// It is in the back/forward cache: no news reaches it; what its calls came to does later.
    Stashed,
    Gone,
}

/// A tab.
pub(super) struct Tab {
    pub(super) world: World,
    pub(super) life: Life,
    /// Whether no notice reaches it.
    pub(super) deaf: bool,
    inbox: Vec<Input>,
    received: BTreeMap<String, Vec<u64>>,
    /// The first update of `load` that it has to receive at the latest.
    promised: u64,
}

/// What is under way.
enum Coming {
    ToServer(Effect),
    ToPage(Input),
}

/// A browser, and the server behind it.
pub(crate) struct Browser {
    pub(super) tabs: Vec<Tab>,
    pub(crate) locks: Locks,
    pub(crate) server: Server,
    config: SessionConfig,
    now: Duration,
    coming: BTreeMap<(Duration, u64), (usize, Coming)>,
    ordered: u64,
    presence: Presence,
    /// How often the topic `load` is published, and when it is next.
    feed: Option<(Duration, Duration)>,
    notices: Vec<(Duration, usize, TabNotice)>,
    /// When a tab took the lead from one that was silent, and which.
    pub(crate) steals: Vec<(Duration, usize)>,
    /// When a tab took the lead from one that handed it over, and which.
    pub(crate) hand_overs: Vec<(Duration, usize)>,
    /// One notice in so many is lost on its way to a tab; 0 is none.
    pub(crate) loses: u64,
    /// A notice between tabs, or the word about a lock, takes this long.
    pub(crate) near: Duration,
    /// A tab hears a notice later by this or by twice this, now and then.
    pub(crate) slower: Duration,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            tabs: Vec::new(),
            locks: Locks::default(),
            server: Server::new(),
            config: SessionConfig::default(),
            now: Duration::ZERO,
            coming: BTreeMap::new(),
            ordered: 0,
            presence: logged_out(),
            feed: None,
            notices: Vec::new(),
            steals: Vec::new(),
            hand_overs: Vec::new(),
            loses: 0,
            near: NEAR,
            slower: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// Returns how many tabs were opened so far.
    pub(crate) fn opened(&self) -> usize {
        self.tabs.len()
    }

    pub(crate) fn view(&self, tab: usize) -> SessionView {
        self.tabs[tab].world.view()
    }

    pub(crate) fn world(&self, tab: usize) -> &World {
        &self.tabs[tab].world
    }

    /// Returns the tabs that have not gone.
    pub(crate) fn present(&self) -> Vec<usize> {
        let tabs = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].life != Life::Gone);
        tabs.collect()
    }

    /// Returns the notices since this time, with their senders.
    pub(crate) fn notices(&self, since: Duration) -> impl Iterator<Item = (usize, &TabNotice)> {
        let notices = self.notices.iter().filter(move |(at, ..)| *at >= since);
        notices.map(|(_, tab, notice)| (*tab, notice))
    }

    /// Returns the numbers of the updates of a topic that a tab received.
    pub(crate) fn received(&self, tab: usize, topic: &str) -> &[u64] {
        let received = self.tabs[tab].received.get(topic);
        received.map_or(&[], Vec::as_slice)
    }

    /// Publishes the topic `load` once in this time from now on.
    pub(crate) fn publish_every(&mut self, gap: Duration) {
        self.feed = Some((gap, self.now + gap));
    }

    /// Lets what is under way arrive while nothing is published.
    pub(crate) fn rest(&mut self) {
        let feed = self.feed.take();
        self.advance(4 * FAR);
        self.feed = feed.map(|(gap, at)| (gap, at + 4 * FAR));
    }

    /// A tab subscribes: of what was published, the server's replay and all that follows is its.
    /// What came before was handled by nobody.
    pub(super) fn promise(&mut self, tab: usize, topic: &str) {
        self.tabs[tab].received.remove(topic);
        let replayed = self.server.last("load").saturating_sub(REPLAY - 2);
        self.tabs[tab].promised = replayed.max(1);
    }

    pub(super) fn promised(&self, tab: usize) -> u64 {
        self.tabs[tab].promised
    }

    pub(crate) fn publish(&mut self, topic: &str) {
        let facts = self.server.publish(topic);
        self.spread(facts, FAR);
    }

    /// Adds a page that starts; returns its number.
    pub(super) fn add_tab(&mut self) -> usize {
        let tab = self.tabs.len();
        let mut world = World::named(&self.config, format!("tab-{tab}"), tab as u64);
        world.pass(self.now);
        self.tabs.push(Tab {
            world,
            life: Life::Running,
            deaf: false,
            inbox: Vec::new(),
            received: BTreeMap::new(),
            promised: 0,
        });
        let presence = self.presence.clone();
        let locks = true;
        self.send(tab, Input::Started { presence, locks });
        tab
    }

    /// Hands a fact to a page, or keeps it until the page runs.
    pub(crate) fn send(&mut self, tab: usize, input: Input) {
        let page = &mut self.tabs[tab];
        match page.life {
            Life::Gone => return,
            Life::Stashed if is_news(&input) => return,
            Life::Frozen | Life::Stashed => {
                page.inbox.push(input);
                return;
            }
            Life::Running => {}
        }
        if page.deaf && matches!(input, Input::TabNoticeReceived(_)) {
            return;
        }
        if input.is_wake() {
            let presence = self.presence.clone();
            self.send(tab, Input::PresenceRead { presence });
        }
        let page = &mut self.tabs[tab];
        let invited = matches!(
            &input,
            Input::TabNoticeReceived(TabNotice {
                kind: TabNoticeKind::Resigned { .. },
                ..
            })
        );
        page.world.send(input);
        let orders: Vec<_> = page.world.orders().cloned().collect();
        for order in orders {
            if let Effect::RequestLock {
                name: LockName::Leader,
                steal: true,
                ..
            } = order
            {
                let takings = if invited {
                    &mut self.hand_overs
                } else {
                    &mut self.steals
                };
                takings.push((self.now, tab));
            }
            self.perform(tab, order);
        }
        self.check(tab);
    }

    fn perform(&mut self, tab: usize, order: Effect) {
        match order {
            Effect::NotifyTabs(notice) => {
                self.notices.push((self.now, tab, notice.clone()));
                for other in 0..self.tabs.len() {
                    if self.loses > 0 && (self.ordered + other as u64).is_multiple_of(self.loses) {
                        continue;
                    }
                    let heard = Input::TabNoticeReceived(notice.clone());
                    // Some tabs are slower than others, and each is now and then.
                    let tab = Duration::from_millis(other as u64 % 3);
                    let now = u32::try_from((self.ordered + other as u64) % 3).unwrap_or(0);
                    let slow = tab + self.slower * now;
                    self.come(other, Coming::ToPage(heard), self.near + slow);
                }
            }
            Effect::RequestLock { lock, name, steal } => {
                let facts = self.locks.request(name, (tab, lock), steal);
                self.spread(facts, self.near);
            }
            Effect::ReleaseLock { lock } => {
                let facts = self.locks.release((tab, lock));
                self.spread(facts, self.near);
            }
            Effect::DeliverUpdate { topic, seq, .. } => {
                let received = self.tabs[tab].received.entry(topic).or_default();
                received.push(seq);
            }
            Effect::ClearProtectedState { .. } => self.tabs[tab].received.clear(),
            Effect::Remember(milestone) => {
                self.presence = self.presence.clone().after(&milestone);
            }
            Effect::SendRequest { .. } | Effect::FailRequest { .. } => {}
            Effect::ForgetDrafts { .. } => {}
            order => self.come(tab, Coming::ToServer(order), FAR),
        }
    }

    pub(super) fn spread(&mut self, facts: Vec<(usize, Input)>, after: Duration) {
        for (tab, input) in facts {
            self.come(tab, Coming::ToPage(input), after);
        }
    }

    /// A word of the server is under way to all that hear it.
    pub(super) fn spread_from_server(&mut self, facts: Vec<(usize, Input)>) {
        self.spread(facts, FAR);
    }

    /// The word about a lock is under way.
    pub(super) fn spread_from_locks(&mut self, facts: Vec<(usize, Input)>) {
        self.spread(facts, self.near);
    }

    fn come(&mut self, tab: usize, coming: Coming, after: Duration) {
        self.ordered += 1;
        let at = (self.now + after, self.ordered);
        self.coming.insert(at, (tab, coming));
    }

    /// Lets time pass, and everything happen that is due.
    pub(crate) fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.next().filter(|at| *at <= end) {
            self.pass(at);
            self.step();
        }
        self.pass(end);
    }

    fn pass(&mut self, to: Duration) {
        let time = to - self.now;
        self.now = to;
        for tab in &mut self.tabs {
            tab.world.pass(time);
        }
    }

    fn next(&self) -> Option<Duration> {
        let coming = self.coming.keys().next().map(|(at, _)| *at);
        let feed = self.feed.map(|(_, at)| at);
        let running = self.tabs.iter().filter(|tab| tab.life == Life::Running);
        let timers = running.filter_map(|tab| tab.world.client.next_deadline());
        coming.into_iter().chain(feed).chain(timers).min()
    }

    /// Lets one thing happen that is due.
    fn step(&mut self) {
        if let Some((gap, at)) = self.feed
            && at <= self.now
        {
            self.feed = Some((gap, at + gap));
            self.publish("load");
        } else if let Some(entry) = self.coming.first_entry()
            && entry.key().0 <= self.now
        {
            match entry.remove() {
                (tab, Coming::ToPage(input)) => self.send(tab, input),
                // A handshake dies with its page.
                (tab, Coming::ToServer(Effect::OpenSocket { .. }))
                    if self.tabs[tab].life == Life::Gone => {}
                (tab, Coming::ToServer(order)) => {
                    let facts = self.server.take(tab, order, self.now);
                    self.spread(facts, FAR);
                }
            }
        } else {
            let due = (0..self.tabs.len()).find(|tab| self.is_late(*tab));
            self.send(due.expect("something is due"), Input::DeadlineReached);
        }
    }

    fn is_late(&self, tab: usize) -> bool {
        let tab = &self.tabs[tab];
        let deadline = tab.world.client.next_deadline();
        tab.life == Life::Running && deadline.is_some_and(|at| at <= self.now)
    }

    /// A page runs again: its timer is served first, which is the worst order, then what it missed.
    pub(super) fn wake(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Running;
        if self.is_late(tab) {
            self.send(tab, Input::DeadlineReached);
        }
        let missed = std::mem::take(&mut self.tabs[tab].inbox);
        for input in missed {
            self.send(tab, input);
        }
    }

    /// A page dies.
    pub(super) fn bury(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Gone;
        self.server.forget(tab);
        let facts = self.locks.forget(tab);
        self.spread(facts, self.near);
    }

    fn check(&self, tab: usize) {
        let claims = self.locks.claims(tab);
        let [session, ..] = self.tabs[tab].world.client.state_names();
        let allowed: &[_] = match session {
            "Active" | "Warned" => &[LockName::Leader, LockName::Refresh],
            "Restoring" => &[LockName::Refresh],
            _ => &[],
        };
        let claims_of = |name: &LockName| claims.iter().filter(|claim| *claim == name).count();
        assert!(
            claims.iter().all(|claim| allowed.contains(claim))
                && claims.iter().all(|claim| claims_of(claim) == 1),
            "tab {tab}, {session}, claims {claims:?} at {:?}",
            self.now
        );
    }
}

/// Returns whether a fact is news, and no answer to a call.
fn is_news(input: &Input) -> bool {
    matches!(
        input,
        Input::TabNoticeReceived(_)
            | Input::LockGranted { .. }
            | Input::LockLost { .. }
            | Input::SocketOpened { .. }
            | Input::SocketMessageReceived { .. }
            | Input::SocketClosed { .. }
            | Input::WentOnline
            | Input::WentOffline
    )
}
