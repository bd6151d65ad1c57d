//! Pages: how a fact reaches a client, and what browsers do with pages.

use session_core::{Client, Input};

use super::{Item, World, seeded};
use crate::{
    browser::{BrowserId, Life, Link, Page, PageId, TabId, Word},
    chance::Chance,
    invariants::{self, Cause, Step},
    server::TOPIC,
};

impl World {
    /// Hands a fact to the client of a page that runs, carries its orders out and checks the step.
    pub(super) fn tell(&mut self, tab: TabId, input: Input) {
        if input.is_wake()
            && let Some(browser) = self.browser(tab.browser)
        {
            let presence = browser.storage.presence();
            self.tell(tab, Input::PresenceRead { presence });
        }
        let now = self.now;
        let Some(browser) = self.browsers.get_mut(usize::from(tab.browser.0)) else {
            return;
        };
        let clocks = browser.clocks;
        let Some(page) = browser.page_mut(tab.slot) else {
            return;
        };
        let moment = page.moment(&clocks, now);
        let cause = Cause::of(&input);
        let was_in = page.session();
        let trace = &mut self.trace;
        trace.number(u64::from(page.id.0));
        trace.time(now);
        trace.text(input.name());
        let orders = page.client.handle(input, moment);
        let view = page.client.view();
        let before = std::mem::replace(&mut *page.view, view);
        for order in &orders {
            trace.text(order.name());
            trace.text(&order.detail());
        }
        self.tally.inputs += 1;
        let step = Step {
            tab,
            cause,
            moment,
            was_in,
            before: &before,
            orders: &orders,
        };
        invariants::about_to_carry_out(self, &step);
        for order in orders {
            self.carry_out(tab, order);
        }
        invariants::carried_out(self, tab);
        self.fresh.push(Item::Timer(tab));
    }

    pub(super) fn notice(&mut self, tab: TabId) {
        if self.runs(tab)
            && let Some(notice) = self.page_mut(tab).and_then(|it| it.notices.pop_front())
        {
            self.tell(tab, Input::TabNoticeReceived(notice));
        }
    }

    pub(super) fn word(&mut self, tab: TabId) {
        if !self.runs(tab) {
            return;
        }
        let word = self.page_mut(tab).and_then(|it| it.words.pop_front());
        match word {
            Some(Word::Granted(claim)) => {
                let lock = claim.lock;
                // A request that was withdrawn on the way is answered by nobody.
                let page = self.page(tab);
                if page.is_some_and(|page| page.claims.contains_key(&lock)) {
                    self.tell(tab, Input::LockGranted { lock });
                }
            }
            Some(Word::Lost(claim)) => {
                let lock = claim.lock;
                let page = self.page_mut(tab);
                if page.is_some_and(|page| page.claims.remove(&lock).is_some()) {
                    self.tell(tab, Input::LockLost { lock });
                }
            }
            None => {}
        }
    }

    /// The one timer of the page, which never fires early.
    pub(super) fn timer(&mut self, tab: TabId) {
        let clocks = self.browser(tab.browser).map(|it| it.clocks);
        let deadline = self
            .page(tab)
            .zip(clocks)
            .and_then(|(page, clocks)| page.next_deadline(&clocks));
        if self.runs(tab) && deadline.is_some_and(|at| at <= self.now) {
            self.tell(tab, Input::DeadlineReached);
        }
    }

    /// The shell of a page that is seen fires its timer each second, so that a sleep is noticed.
    pub(super) fn glance(&mut self, tab: TabId) {
        let looks = |page: &Page| page.is_visible() && page.client.next_deadline().is_some();
        if self.runs(tab) && self.page(tab).is_some_and(looks) {
            self.tell(tab, Input::DeadlineReached);
        }
    }

    /// Has the pages of a browser that are seen look at their clocks.
    pub(super) fn clocks_changed(&mut self, browser: BrowserId) {
        let seen = self
            .pages()
            .filter(|(tab, page)| tab.browser == browser && page.is_visible());
        let items: Vec<_> = seen.map(|(tab, _)| Item::Glance(tab)).collect();
        self.fresh.extend(items);
    }

    /// Loads the app into a tab that is empty.
    pub(super) fn load(&mut self, tab: TabId) {
        let id = PageId(self.next_page);
        let now = self.now;
        let seed = Chance::of(*self.seed, &[u64::from(id.0)]).bits();
        let Some(browser) = self.browsers.get_mut(usize::from(tab.browser.0)) else {
            return;
        };
        let origin = browser.clocks.monotonic(now);
        let is_empty = browser.page(tab.slot).is_none();
        let Some(place) = browser.tabs.get_mut(usize::from(tab.slot)) else {
            return;
        };
        if !is_empty || browser.asleep.is_some() {
            return;
        }
        let moment = session_core::Moment {
            monotonic: std::time::Duration::ZERO,
            wall: browser.clocks.wall(now),
        };
        let name = format!("p{}", id.0);
        let mut client = Client::new(&self.config, name, seed, moment);
        if !*self.keeps_timeline {
            client = client.without_timeline();
        }
        if let Some(bug) = seeded::of_client(*self.bugs) {
            client = client.with_bug(bug);
        }
        let mut page = Page::new(id, client, now, origin);
        page.history.began_logged_out =
            self.record.left.contains(&tab.browser) && browser.storage.is_readable();
        *place = Some(page);
        let (presence, locks) = (browser.storage.presence(), browser.has_locks);
        let is_offline = browser.link == Link::Down;
        self.next_page += 1;
        if is_offline {
            self.tell_network(tab);
        }
        self.tell(tab, Input::Started { presence, locks });
        let topic = TOPIC.to_owned();
        self.tell(tab, Input::TopicSubscribed { topic });
    }

    /// A page goes away, and with it all that waits for it.
    pub(super) fn unload(&mut self, tab: TabId, gracefully: bool) {
        let browser = self.browsers.get_mut(usize::from(tab.browser.0));
        let place = browser.and_then(|browser| browser.tabs.get_mut(usize::from(tab.slot)));
        let Some(page) = place.and_then(Option::take) else {
            return;
        };
        if *self.keeps_timeline {
            self.archive.push(page.story(tab));
        }
        let calls = self.calls.iter().filter(|call| call.page == page.id);
        let calls: Vec<_> = calls.map(|call| call.number).collect();
        for call in calls {
            self.abort(call);
        }
        self.orphan_sockets(page.id, gracefully);
        if let Some(browser) = self.browser_mut(tab.browser) {
            let words = browser.locks.forget(page.id);
            self.spread(tab.browser, words);
        }
    }

    pub(super) fn hide(&mut self, tab: TabId) {
        let since = self.now;
        if let Some(page) = self.page_mut(tab).filter(|page| page.is_visible()) {
            page.life = Life::Hidden { since };
            self.tell(tab, Input::PageHidden);
        }
    }

    /// Shows a page, and hides the others of its window.
    pub(super) fn show(&mut self, tab: TabId) {
        let others = self.pages().filter(|(other, page)| {
            other.browser == tab.browser && *other != tab && page.is_visible()
        });
        let others: Vec<_> = others.map(|(other, _)| other).collect();
        for other in others {
            self.hide(other);
        }
        self.thaw(tab, true);
        if let Some(page) = self.page_mut(tab)
            && let Life::Hidden { .. } = page.life
        {
            page.life = Life::Visible;
            let persisted = false;
            self.tell(tab, Input::PageShown { persisted });
        }
        if self.page(tab).is_some_and(Page::is_visible) {
            self.tell(tab, Input::PageFocused);
        }
    }

    /// The browser stops a page, which it hides before.
    pub(super) fn freeze(&mut self, tab: TabId, told: bool) {
        if self
            .browser(tab.browser)
            .is_none_or(|it| it.asleep.is_some())
        {
            return;
        }
        self.hide(tab);
        let hidden = |page: &Page| matches!(page.life, Life::Hidden { .. });
        if !self.page(tab).is_some_and(hidden) {
            return;
        }
        if told {
            self.tell(tab, Input::PageFrozen);
            if let Some(page) = self.page(tab).map(|page| page.id) {
                self.abort_calls(page);
            }
        }
        if let Some(page) = self.page_mut(tab) {
            page.life = Life::Frozen;
        }
    }

    pub(super) fn thaw(&mut self, tab: TabId, told: bool) {
        if self
            .browser(tab.browser)
            .is_none_or(|it| it.asleep.is_some())
        {
            return;
        }
        let since = self.now;
        let frozen = self.page_mut(tab).filter(|page| page.life == Life::Frozen);
        if let Some(page) = frozen {
            page.life = Life::Hidden { since };
            self.see("a frozen page runs again");
            if told {
                self.tell(tab, Input::PageResumed);
            }
            self.rouse(tab);
        }
    }

    /// The person follows a link out of the app. The page is kept in the back/forward cache only
    /// if nothing of it is busy: no socket, no lock, no call.
    pub(super) fn cache(&mut self, tab: TabId) {
        if !self.page(tab).is_some_and(Page::is_visible) {
            return;
        }
        self.hide(tab);
        self.tell(tab, Input::PageLeft);
        let Some(page) = self.page_mut(tab) else {
            return;
        };
        page.life = Life::Cached;
        let (id, claims) = (page.id, page.claims.len());
        let busy = claims > 0
            || self.calls.iter().any(|call| call.page == id)
            || self
                .connections
                .iter()
                .any(|it| it.page == id && it.is_attached);
        if busy {
            self.unload(tab, true);
        } else {
            self.see("a page is kept in the back/forward cache");
        }
    }

    /// The person goes back to the app.
    pub(super) fn restore(&mut self, tab: TabId) {
        let cached = self.page_mut(tab).filter(|page| page.life == Life::Cached);
        if let Some(page) = cached {
            page.life = Life::Visible;
            self.tell(tab, Input::PageResumed);
            let persisted = true;
            self.tell(tab, Input::PageShown { persisted });
            self.rouse(tab);
        } else if self.page(tab).is_none() {
            self.load(tab);
        }
    }

    /// Tells a page that runs whether there is a network, if it does not know.
    pub(super) fn tell_network(&mut self, tab: TabId) {
        let link = self.browser(tab.browser).map(|it| it.link);
        let is_online = link != Some(Link::Down);
        let runs = self.runs(tab);
        let page = self.page_mut(tab);
        if page.is_some_and(|page| runs && page.learn_network(is_online)) {
            self.tell(
                tab,
                if is_online {
                    Input::WentOnline
                } else {
                    Input::WentOffline
                },
            );
        }
    }

    /// What waited for a page that did not run may reach it.
    pub(super) fn rouse(&mut self, tab: TabId) {
        self.tell_network(tab);
        let Some(page) = self.page(tab) else {
            return;
        };
        let id = page.id;
        let notices = page.notices.iter().map(|_| Item::Notice(tab));
        let words = page.words.iter().map(|_| Item::Word(tab));
        let mut items: Vec<_> = notices.chain(words).collect();
        items.push(Item::Timer(tab));
        for call in self.calls.iter().filter(|call| call.page == id) {
            items.push(Item::Call(call.number));
            items.push(Item::Timeout(call.number));
        }
        for connection in self.connections.iter().filter(|it| it.page == id) {
            items.extend(connection.up.iter().map(|_| Item::Up(connection.id)));
            items.extend(connection.down.iter().map(|_| Item::Down(connection.id)));
        }
        self.fresh.extend(items);
    }

    /// What waited for a browser may move again.
    pub(super) fn rouse_all(&mut self, browser: BrowserId) {
        let tabs = self.pages().map(|(tab, _)| tab);
        let tabs: Vec<_> = tabs.filter(|tab| tab.browser == browser).collect();
        for tab in tabs {
            self.rouse(tab);
        }
        let orphans = self.calls.iter().filter(|call| call.is_orphan);
        let calls: Vec<_> = orphans.map(|call| Item::Call(call.number)).collect();
        self.fresh.extend(calls);
        let detached = self.connections.iter().filter(|it| !it.is_attached);
        let ups: Vec<_> = detached.map(|it| Item::Up(it.id)).collect();
        self.fresh.extend(ups);
    }
}
