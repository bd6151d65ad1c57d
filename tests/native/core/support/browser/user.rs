//! What people and browsers do with tabs, and what is seen at rest.

use std::time::Duration;

use session_core::{Command, ConnectionStatus, Input, LockName};
use session_protocol::{CloseCode, EndReason, ServerMessage, TabNotice, TabNoticeKind, User};

use super::tabs::{Browser, Life};
use crate::support::samples::{ada, credentials, millis, notice, secs};

/// Whether a tab is seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sight {
    Seen,
    Hidden,
}

impl Browser {
    /// A browser in which Ada logged in, with this many tabs in windows side by side.
    pub(crate) fn with_tabs(count: usize) -> Self {
        let mut browser = Self::new();
        browser.add_tab();
        browser.log_in(0, &ada());
        browser.advance(secs(1));
        for _ in 1..count {
            browser.open(Sight::Seen);
        }
        browser.advance(secs(1));
        browser
    }

    /// As [`Browser::with_tabs`], with the topic `load` wanted by all and published twice a second.
    pub(crate) fn with_feed(count: usize) -> Self {
        let mut browser = Self::with_tabs(count);
        for tab in 0..count {
            browser.want(tab, "load");
        }
        browser.publish_every(Duration::from_millis(500));
        browser.advance(secs(2));
        browser
    }

    /// Opens a tab; returns its number.
    pub(crate) fn open(&mut self, sight: Sight) -> usize {
        let tab = self.add_tab();
        if sight == Sight::Hidden {
            self.hide(tab);
        }
        tab
    }

    pub(crate) fn log_in(&mut self, tab: usize, user: &User) {
        let log_in = Command::LogIn(credentials(user));
        self.send(tab, Input::Commanded(log_in));
    }

    pub(crate) fn command(&mut self, tab: usize, command: Command) {
        self.send(tab, Input::Commanded(command));
    }

    pub(crate) fn want(&mut self, tab: usize, topic: &str) {
        self.promise(tab, topic);
        let topic = topic.to_owned();
        self.send(tab, Input::TopicSubscribed { topic });
    }

    pub(crate) fn want_no_more(&mut self, tab: usize, topic: &str) {
        let topic = topic.to_owned();
        self.send(tab, Input::TopicUnsubscribed { topic });
    }

    pub(crate) fn hide(&mut self, tab: usize) {
        self.send(tab, Input::PageHidden);
    }

    pub(crate) fn show(&mut self, tab: usize) {
        self.send(tab, Input::PageShown { persisted: false });
    }

    /// Closes a tab as people do.
    pub(crate) fn close(&mut self, tab: usize) {
        self.send(tab, Input::PageHidden);
        self.send(tab, Input::PageLeft);
        self.bury(tab);
    }

    /// The process of a tab dies.
    pub(crate) fn crash(&mut self, tab: usize) {
        self.bury(tab);
    }

    /// The process of a tab is stopped, without a word.
    pub(crate) fn freeze(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Frozen;
    }

    pub(crate) fn thaw(&mut self, tab: usize) {
        self.wake(tab);
    }

    /// The user leaves the page, which goes into the back/forward cache.
    pub(crate) fn stash(&mut self, tab: usize) {
        self.send(tab, Input::PageHidden);
        self.send(tab, Input::PageLeft);
        self.tabs[tab].life = Life::Stashed;
    }

    /// The user goes back to the page.
    pub(crate) fn restore(&mut self, tab: usize) {
        self.wake(tab);
        self.send(tab, Input::PageShown { persisted: true });
    }

    /// No notice reaches this tab any more.
    pub(crate) fn deafen(&mut self, tab: usize) {
        self.tabs[tab].deaf = true;
    }

    pub(crate) fn hear_again(&mut self, tab: usize) {
        self.tabs[tab].deaf = false;
    }

    /// Test code takes the lock of the leader, who loses it to whoever is next.
    pub(crate) fn rob_leader(&mut self) {
        let facts = self.locks.rob(LockName::Leader);
        self.spread_from_locks(facts);
    }

    /// The browser errs: this tab, too, is told that it holds the leader lock.
    pub(crate) fn grant_twice(&mut self, tab: usize) {
        let facts = self.locks.grant_twice(tab, LockName::Leader);
        self.spread_from_locks(facts);
    }

    /// All running pages hear of the network.
    pub(crate) fn tell_all(&mut self, input: &Input) {
        for tab in self.present() {
            self.send(tab, input.clone());
        }
    }

    /// A stranger in the same origin says something about this session to all tabs.
    pub(crate) fn forge(&mut self, kind: TabNoticeKind, session: &str, sender: &str, seq: u64) {
        let forged = TabNotice {
            sender: sender.to_owned(),
            ..notice(kind, session, seq)
        };
        // On the channel it is a text.
        self.tell_all(&match TabNotice::decode(&forged.encode()) {
            Ok(notice) => Input::TabNoticeReceived(notice),
            Err(error) => Input::TabNoticeRefused(error),
        });
    }

    pub(crate) fn end_session(&mut self, reason: EndReason) {
        let facts = self.server.end(reason);
        self.spread_from_server(facts);
    }

    pub(crate) fn server_says(&mut self, message: &ServerMessage) {
        let facts = self.server.say(message);
        self.spread_from_server(facts);
    }

    /// The server is gone and takes all sockets with it.
    pub(crate) fn server_fails(&mut self) {
        self.server.reachable = false;
        let facts = self.server.drop_sockets(CloseCode::ABNORMAL, "");
        self.spread_from_server(facts);
    }

    pub(crate) fn drop_sockets(&mut self, code: CloseCode) {
        let facts = self.server.drop_sockets(code, "");
        self.spread_from_server(facts);
    }

    pub(crate) fn server_restarts(&mut self) {
        let facts = self.server.restart();
        self.spread_from_server(facts);
    }

    /// Returns the one that holds the leader lock.
    pub(crate) fn leader(&self) -> usize {
        let holder = self.locks.holder(LockName::Leader);
        holder.expect("somebody holds the leader lock")
    }

    pub(crate) fn connections(&self) -> Vec<ConnectionStatus> {
        let tabs = self.present().into_iter();
        tabs.map(|tab| self.view(tab).connection).collect()
    }

    /// Returns when whoever led began, and with which term, in the order of time.
    pub(crate) fn terms(&self) -> Vec<(usize, u64)> {
        let mut terms = Vec::new();
        for (tab, notice) in self.notices(Duration::ZERO) {
            if let TabNoticeKind::Leading { term, .. } = notice.kind
                && terms.last() != Some(&(tab, term))
            {
                terms.push((tab, term));
            }
        }
        terms
    }

    /// Lets time pass until all tabs that run are live on one socket; returns how long it took.
    pub(crate) fn await_one_life(&mut self, limit: Duration) -> Duration {
        let since = self.now();
        self.await_health(limit);
        self.expect_one_life();
        self.now() - since
    }

    /// Lets time pass until all tabs that run are live; returns whether they are in time.
    pub(crate) fn await_health(&mut self, limit: Duration) -> bool {
        let end = self.now() + limit;
        while !self.is_healthy() && self.now() < end {
            self.advance(millis(50));
        }
        self.is_healthy()
    }

    /// Returns whether everybody is live, and the only sockets are that of the one that holds the
    /// leader lock and those of tabs that share nothing.
    pub(crate) fn is_healthy(&self) -> bool {
        let Some(leader) = self.locks.holder(LockName::Leader) else {
            return false;
        };
        let shares = |tab: &usize| self.locks.claims(*tab).contains(&LockName::Leader);
        let tabs = self.present().into_iter();
        let mine = tabs.filter(|tab| *tab == leader || !shares(tab));
        let mut connections = self.connections().into_iter();
        self.server.sockets() == mine.collect::<Vec<_>>()
            && connections.all(|connection| connection == ConnectionStatus::Live)
    }

    /// Returns how all tabs are, for the message of a test that fails.
    pub(crate) fn story(&self) -> String {
        let tabs = self.present().into_iter().map(|tab| {
            let connection = self.view(tab).connection;
            format!("tab {tab} {} {connection:?}", self.world(tab).state())
        });
        let holder = self.locks.holder(LockName::Leader);
        let sockets = self.server.sockets();
        let tabs = tabs.collect::<Vec<_>>().join(", ");
        format!(
            "at {:?}: lock {holder:?}, sockets {sockets:?}, {tabs}",
            self.now()
        )
    }

    /// Asserts that there is one socket, that the holder of the leader lock has it, that all others
    /// queue behind, and that everybody is live.
    pub(crate) fn expect_one_life(&self) {
        let leader = self.leader();
        let at = self.now();
        assert_eq!(self.server.sockets(), [leader], "the sockets at {at:?}");
        for tab in self.present() {
            let claims = self.locks.claims(tab);
            assert_eq!(
                claims,
                [LockName::Leader],
                "the claims of tab {tab} at {at:?}"
            );
            let connection = self.view(tab).connection;
            assert_eq!(connection, ConnectionStatus::Live, "tab {tab} at {at:?}");
        }
    }

    /// Lets what is under way arrive, and asserts that these tabs received each update of `load`
    /// from the first one on, or from the one that they were promised, once and in order.
    pub(crate) fn expect_whole(&mut self, tabs: impl IntoIterator<Item = usize>) {
        self.rest();
        let newest = self.server.last("load");
        for tab in tabs {
            let received = self.received(tab, "load");
            let first = received.first().copied().unwrap_or(u64::MAX);
            let gaps = received.windows(2).filter(|pair| pair[1] != pair[0] + 1);
            let gaps: Vec<_> = gaps.map(|pair| (pair[0], pair[1])).collect();
            let promised = self.promised(tab);
            assert!(
                gaps.is_empty() && first <= promised && received.last() == Some(&newest),
                "tab {tab} at {:?}: {first} instead of {promised} to {:?} of {newest}, gaps {gaps:?}",
                self.now(),
                received.last(),
            );
        }
    }
}
