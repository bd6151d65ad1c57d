//! What goes wrong, and how it is repaired.

use std::time::Duration;

use session_protocol::{EndReason, TabNotice, TabNoticeKind};

use super::{Forgery, Item, Mishap, World, state::Running};
use crate::{
    browser::{BrowserId, Link, TabId, session_hash},
    network::Down,
    server::{Call, UserId},
};

impl World {
    pub(super) fn suffer(&mut self, mishap: Mishap) {
        self.tally.mishaps.count(mishap.name());
        match mishap {
            Mishap::LinkDown { browser, told } => self.link_down(browser, told),
            Mishap::LinkUp(browser) => self.link_up(browser),
            Mishap::Crash => self.crash(),
            Mishap::CrashAtRefresh { committed } => {
                if self.is_up() {
                    self.running = Running::UntilRefresh { committed };
                }
            }
            Mishap::ShutDown { within } => self.shut_down(within),
            Mishap::StartUp => {
                self.running = Running::Yes;
                self.fresh.push(Item::Tick);
            }
            Mishap::Answers {
                fault,
                calls,
                times,
            } => self.server.plan_fault(fault, calls, times),
            Mishap::AnswerWell => self.server.clear_faults(),
            Mishap::Revoke(user) => self.revoke(user),
            Mishap::SetWall { browser, millis } => {
                if let Some(browser) = self.browser_mut(browser) {
                    browser.clocks.jump(millis);
                }
                self.clocks_changed(browser);
            }
            Mishap::Sleep(browser) => self.sleep(browser),
            Mishap::Wake {
                browser,
                stood_still,
            } => self.wake(browser, stood_still),
            Mishap::Freeze { tab, told } => self.freeze(tab, told),
            Mishap::Thaw { tab, told } => self.thaw(tab, told),
            Mishap::Kill(tab) => self.unload(tab, false),
            Mishap::KillBrowser {
                browser,
                rolls_back,
            } => self.kill_browser(browser, rolls_back),
            Mishap::Storage { browser, health } => {
                if let Some(browser) = self.browser_mut(browser) {
                    browser.storage.set_health(health);
                }
            }
            Mishap::ClearStorage(browser) => self.clear_storage(browser),
            Mishap::ClearCookies(browser) => self.clear_cookies(browser),
            Mishap::Rob { browser, name } => {
                if let Some(inside) = self.browser_mut(browser) {
                    let words = inside.locks.rob(name);
                    self.spread(browser, words);
                }
            }
            Mishap::Forge { tab, forgery } => self.forge(tab, forgery),
            Mishap::Repeat { tab, back } => self.repeat(tab, back),
            Mishap::Miss(tab) => self.miss(tab),
            Mishap::Overtake(tab) => self.overtake(tab),
            Mishap::Garbage(tab) => self.send_garbage(tab),
            Mishap::Spoil(browser) => {
                let of_browser = self.connections.iter_mut();
                for connection in of_browser.filter(|it| it.tab.browser == browser) {
                    connection.spoils_next = true;
                }
            }
            Mishap::CopyJar(browser) => self.copy_jar(browser),
            Mishap::Present { piece, call } => self.present(piece, call),
        }
    }

    fn shut_down(&mut self, within: Duration) {
        if self.is_up() {
            let events = self.server.shut_down(within);
            self.route(events);
            self.crash();
        }
    }

    fn clear_storage(&mut self, id: BrowserId) {
        if let Some(browser) = self.browser_mut(id) {
            browser.storage.clear();
            self.record.drafts.retain(|(browser, _), _| *browser != id);
            self.record.left.remove(&id);
        }
    }

    fn miss(&mut self, tab: TabId) {
        if let Some(page) = self.page_mut(tab) {
            page.notices.pop_front();
        }
    }

    fn overtake(&mut self, tab: TabId) {
        if let Some(page) = self.page_mut(tab)
            && !page.notices.is_empty()
        {
            page.notices.rotate_left(1);
        }
    }

    fn send_garbage(&mut self, tab: TabId) {
        let of_tab = self.connections.iter().filter(|it| it.tab == tab);
        let ids: Vec<_> = of_tab.map(|connection| connection.id).collect();
        for id in ids {
            self.send_down(id, Down::Garbage);
        }
    }

    fn copy_jar(&mut self, browser: BrowserId) {
        if let Some(jar) = self.browser(browser).map(|it| it.jar.clone())
            && self.thief.copy_jar(&jar)
        {
            self.see("the jar was copied");
        }
    }

    fn link_down(&mut self, id: BrowserId, told: bool) {
        let Some(browser) = self.browser_mut(id) else {
            return;
        };
        browser.link = if told { Link::Down } else { Link::Silent };
        if !told {
            return;
        }
        self.break_calls(id);
        for wire in self.wires(id) {
            self.cut(wire);
        }
        self.tell_all(id);
    }

    fn link_up(&mut self, id: BrowserId) {
        let Some(browser) = self.browser_mut(id) else {
            return;
        };
        browser.link = Link::Up;
        self.rouse_all(id);
    }

    fn sleep(&mut self, id: BrowserId) {
        let now = self.now;
        if let Some(browser) = self.browser_mut(id) {
            browser.asleep.get_or_insert(now);
        }
    }

    /// Wakes a machine. The sleep cut whatever was on its way.
    fn wake(&mut self, id: BrowserId, stood_still: bool) {
        let now = self.now;
        let Some(browser) = self.browser_mut(id) else {
            return;
        };
        let Some(since) = browser.asleep.take() else {
            return;
        };
        if stood_still {
            browser.clocks.stood_still(now.saturating_sub(since));
        }
        self.break_calls(id);
        for wire in self.wires(id) {
            self.cut(wire);
        }
        self.rouse_all(id);
        self.clocks_changed(id);
    }

    /// Breaks the calls of a browser whose outcome is still on the network.
    fn break_calls(&mut self, id: BrowserId) {
        let of_browser = self.calls.iter().filter(|call| call.tab.browser == id);
        let calls: Vec<_> = of_browser.map(|call| call.number).collect();
        for call in calls {
            self.break_call(call);
        }
    }

    /// Tells the pages of a browser how its network is. One that does not run hears when it does.
    fn tell_all(&mut self, id: BrowserId) {
        let tabs = self.pages().map(|(tab, _)| tab);
        let tabs: Vec<_> = tabs.filter(|tab| tab.browser == id).collect();
        for tab in tabs {
            self.tell_network(tab);
        }
    }

    fn kill_browser(&mut self, id: BrowserId, rolls_back: bool) {
        let now = self.now;
        let tabs = self.pages().map(|(tab, _)| tab);
        let tabs: Vec<_> = tabs.filter(|tab| tab.browser == id).collect();
        for tab in tabs {
            self.unload(tab, false);
        }
        // Cookies that are about to be written die with the browser.
        self.calls.retain(|call| call.tab.browser != id);
        let Some(browser) = self.browser_mut(id) else {
            return;
        };
        if rolls_back {
            let lost = browser.lose_unsaved_cookies(now);
            if !lost.is_empty() {
                self.see("jar rolled back");
            }
            self.record.cookie_cleared.extend(lost.iter().copied());
            self.server.note_rolled_back(lost);
        }
    }

    fn clear_cookies(&mut self, id: BrowserId) {
        if let Some(browser) = self.browser_mut(id) {
            let jar = browser.clear_cookies();
            let families = jar.values().map(|token| token.family);
            self.record.cookie_cleared.extend(families);
        }
    }

    fn revoke(&mut self, user: UserId) {
        let of_user = |family: &crate::server::Family| family.user == user && family.is_living();
        let mut newest_first = self.server.families().iter().rev();
        let newest = newest_first.find(|(_, family)| of_user(family));
        if let Some(id) = newest.map(|(id, _)| *id) {
            let events = self.server.end(id, EndReason::Revoked, self.now);
            self.route(events);
        }
    }

    fn forge(&mut self, tab: TabId, forgery: Forgery) {
        let here = self.page(tab).and_then(|page| {
            let session = page.client.session_id()?;
            Some(session_hash(session).to_string())
        });
        let elsewhere = "1".to_owned();
        let (kind, session) = match forgery {
            Forgery::LoggedIn => (TabNoticeKind::LoggedIn, elsewhere),
            Forgery::ExpiredHere => (TabNoticeKind::Expired, here.unwrap_or(elsewhere)),
            Forgery::ExpiredElsewhere => (TabNoticeKind::Expired, elsewhere),
            Forgery::LoggedOutElsewhere => (TabNoticeKind::LoggedOut, elsewhere),
        };
        let notice = TabNotice {
            kind,
            epoch: 1,
            session,
            sender: "stranger".to_owned(),
            seq: u64::try_from(self.now.as_millis()).unwrap_or(u64::MAX),
        };
        self.deliver(tab, notice);
    }

    fn repeat(&mut self, tab: TabId, back: u8) {
        let heard = self.heard.get(usize::from(tab.browser.0));
        let notice = heard.and_then(|heard| heard.get(usize::from(back)));
        if let Some(notice) = notice.cloned() {
            self.deliver(tab, notice);
        }
    }

    fn deliver(&mut self, tab: TabId, notice: TabNotice) {
        if let Some(page) = self.page_mut(tab) {
            page.notices.push_back(notice);
            self.fresh.push(Item::Notice(tab));
        }
    }

    fn present(&mut self, piece: u8, call: Call) {
        let loot: Vec<_> = self.thief.loot().collect();
        let at = usize::from(piece).checked_rem(loot.len());
        let Some(loot) = at.and_then(|at| loot.get(at)).copied() else {
            return;
        };
        if !self.is_up() {
            return;
        }
        let request = loot.request(&self.server, call);
        let outcome = self.server.handle(request, self.now);
        self.thief.learn(&outcome.response);
        if outcome.response.is_success() {
            self.see("the thief got something");
        }
        self.thief.discard_worthless(&self.server, self.now);
        self.route(outcome.events);
    }

    /// Lets time pass; for drivers that keep their own queue.
    pub fn advance_to(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }
}
