//! Carries each order of a client out, as the shell in a browser does.

use session_core::{AccessToken, Effect, LockId, LockName, Milestone, RequestId};
use session_protocol::TabNotice;

use super::{Item, World};
use crate::{
    browser::{BrowserId, Claim, Page, TabId, Word},
    invariants,
    network::{Asks, Up},
    server::{Bearer, Call, UserId},
};

/// Notices of a browser that can be repeated later.
const NOTICES_KEPT: usize = 4;

impl World {
    pub(super) fn carry_out(&mut self, tab: TabId, order: Effect) {
        match order {
            Effect::RequestLogin { call, login } => {
                self.send(tab, Asks::LogIn(call), Call::login(&login), None);
            }
            Effect::RequestRefresh { call } => {
                self.send(tab, Asks::Refresh(call), Call::Refresh, None);
            }
            Effect::AskSession { call, token } => {
                let bearer = token.as_ref().map(bearer);
                self.send(tab, Asks::Session(call), Call::AskSession, bearer);
            }
            Effect::RequestExtension { call, token } => {
                let bearer = token.as_ref().map(bearer);
                self.send(tab, Asks::Extension(call), Call::Extend, bearer);
            }
            Effect::RequestLogout {
                call,
                token,
                session,
            } => {
                let bearer = token.as_ref().map(bearer);
                let logout = if session.is_empty() {
                    Call::Logout { session: None }
                } else {
                    Call::logout(&session)
                };
                self.send(tab, Asks::LogOut(call), logout, bearer);
            }
            Effect::OpenSocket { socket, .. } => self.open_socket(tab, socket),
            Effect::CloseSocket { socket, .. } => self.close_socket(tab, socket),
            Effect::SendMessage { socket, message } => {
                self.send_up(tab, socket, Up::Message(message));
            }
            Effect::SendRequest { request, token } => self.send_request(tab, request, &token),
            Effect::FailRequest { request, .. } => self.fail_request(tab, request),
            Effect::DeliverUpdate { payload, .. } => {
                let user = payload.get("user").and_then(|user| user.as_str());
                let user = user.and_then(UserId::of_id);
                if let Some(page) = self.page_mut(tab) {
                    page.shown = user.or(page.shown);
                }
            }
            Effect::NotifyTabs(notice) => self.broadcast(tab, &notice),
            Effect::Remember(milestone) => self.remember(tab, &milestone),
            Effect::RequestLock { lock, name, steal } => self.request_lock(tab, lock, name, steal),
            Effect::ReleaseLock { lock } => self.release_lock(tab, lock),
            Effect::ClearProtectedState { .. } => {
                if let Some(page) = self.page_mut(tab) {
                    page.shown = None;
                }
            }
            Effect::ForgetDrafts { user } => {
                if let Some(user) = UserId::of_id(&user)
                    && let Some(browser) = self.browser_mut(tab.browser)
                {
                    browser.storage.forget_drafts(user);
                    self.record.drafts.remove(&(tab.browser, user));
                }
            }
        }
    }

    fn send_request(&mut self, tab: TabId, request: RequestId, token: &AccessToken) {
        let wish = self.page(tab).and_then(|it| it.wishes.get(&request));
        let call = match wish.map(|wish| wish.change) {
            Some(Some(key)) => Call::Mutate { key },
            Some(None) => Call::Read,
            None => return,
        };
        self.send(tab, Asks::Application(request), call, Some(bearer(token)));
    }

    fn fail_request(&mut self, tab: TabId, request: RequestId) {
        let page = self.page(tab).map(|page| page.id);
        let call = self
            .calls
            .iter()
            .find(|call| Some(call.page) == page && call.asks == Asks::Application(request));
        if let Some(number) = call.map(|call| call.number) {
            self.abort(number);
        }
        let page = self.page_mut(tab);
        let was_open = page.is_some_and(|page| page.wishes.remove(&request).is_some());
        self.expect(invariants::l7_one_outcome(tab, request, was_open));
    }

    fn broadcast(&mut self, from: TabId, notice: &TabNotice) {
        let Some(browser) = self.browsers.get_mut(usize::from(from.browser.0)) else {
            return;
        };
        for (slot, place) in (0_u8..).zip(&mut browser.tabs) {
            // A cached page is no member of the channel. The sender listens on an end of its own,
            // so that it knows that the channel carries.
            if let Some(page) = place
                && page.life != crate::browser::Life::Cached
            {
                page.notices.push_back(notice.clone());
                let browser = from.browser;
                self.fresh.push(Item::Notice(TabId { browser, slot }));
            }
        }
        if let Some(heard) = self.heard.get_mut(usize::from(from.browser.0)) {
            heard.push_front(notice.clone());
            heard.truncate(NOTICES_KEPT);
        }
    }

    fn remember(&mut self, tab: TabId, milestone: &Milestone) {
        let is_logout = match milestone {
            Milestone::Left { .. } | Milestone::LeftElsewhere { .. } => true,
            Milestone::LoggedOut { .. } => true,
            Milestone::LoggedIn | Milestone::Restored | Milestone::Ended => false,
            Milestone::Delivered { .. } => false,
        };
        if let Some(browser) = self.browser_mut(tab.browser)
            && !browser.storage.remember(milestone)
            && is_logout
        {
            self.record.left.remove(&tab.browser);
        }
    }

    fn request_lock(&mut self, tab: TabId, lock: LockId, name: LockName, steal: bool) {
        let Some(page) = self.page_mut(tab) else {
            return;
        };
        page.claims.insert(lock, name);
        let claim = Claim {
            page: page.id,
            lock,
        };
        if steal {
            self.see("lock stolen by a tab");
        }
        if let Some(browser) = self.browser_mut(tab.browser)
            && browser.has_locks
        {
            let words = browser.locks.request(name, claim, steal);
            self.spread(tab.browser, words);
        }
    }

    fn release_lock(&mut self, tab: TabId, lock: LockId) {
        let Some(page) = self.page_mut(tab) else {
            return;
        };
        page.claims.remove(&lock);
        let claim = Claim {
            page: page.id,
            lock,
        };
        if let Some(browser) = self.browser_mut(tab.browser) {
            let words = browser.locks.release(claim);
            self.spread(tab.browser, words);
        }
    }

    /// Puts what the browser has to say about locks on its way to the pages.
    pub(super) fn spread(&mut self, browser: BrowserId, words: Vec<Word>) {
        for word in words {
            let (Word::Granted(claim) | Word::Lost(claim)) = word;
            let of_claim =
                |(tab, page): &(TabId, &Page)| tab.browser == browser && page.id == claim.page;
            let tab = self.pages().find(of_claim).map(|(tab, _)| tab);
            if let Some(tab) = tab
                && let Some(page) = self.page_mut(tab)
            {
                page.words.push_back(word);
                self.fresh.push(Item::Word(tab));
            }
        }
    }
}

fn bearer(token: &AccessToken) -> Bearer {
    Bearer::read(token.expose())
}
