//! What persons do.

use session_core::{Command, Input, Replay};

use super::{Deed, World};
use crate::{
    browser::{Page, TabId, Wish},
    server::UserId,
};

/// Characters that are typed at once.
const TYPED: u32 = 10;

impl World {
    pub(super) fn act(&mut self, deed: Deed) {
        if !self.is_awake(deed.tab().browser) {
            return;
        }
        self.tally.deeds.count(deed.name());
        match deed {
            Deed::Open(tab) => {
                if self.page(tab).is_none() {
                    self.load(tab);
                    self.show(tab);
                }
            }
            Deed::Close(tab) => self.unload(tab, true),
            Deed::Reload(tab) => {
                if self.runs(tab) {
                    self.unload(tab, true);
                    self.load(tab);
                    self.show(tab);
                }
            }
            Deed::Show(tab) => self.show(tab),
            Deed::Hide(tab) => self.hide(tab),
            Deed::GoAway(tab) => self.cache(tab),
            Deed::GoBack(tab) => self.restore(tab),
            Deed::LogIn {
                tab,
                user,
                remember_me,
            } => self.log_in(tab, user, remember_me),
            Deed::LogOut(tab) => self.log_out(tab),
            Deed::Stay(tab) => self.stay(tab),
            Deed::Leave(tab) => self.command(tab, Command::Leave),
            Deed::Touch(tab) => self.touch(tab),
            Deed::Type(tab) => self.type_draft(tab),
            Deed::Read(tab) => self.ask_for(tab, None),
            Deed::Change(tab) => self.ask_for(tab, Some(self.next_change)),
            Deed::GiveUp(tab) => self.give_up(tab),
        }
    }

    /// Whether a person can do something with the page of a tab.
    fn is_at_hand(&self, tab: TabId) -> bool {
        self.runs(tab) && self.page(tab).is_some_and(Page::is_visible)
    }

    fn command(&mut self, tab: TabId, command: Command) {
        if self.is_at_hand(tab) {
            self.tell(tab, Input::Commanded(command));
        }
    }

    fn log_in(&mut self, tab: TabId, user: UserId, remember_me: bool) {
        if self.is_at_hand(tab) && !self.page(tab).is_some_and(Page::lives) {
            self.record.left.remove(&tab.browser);
            let login = user.credentials(remember_me);
            self.command(tab, Command::LogIn(login));
        }
    }

    fn log_out(&mut self, tab: TabId) {
        let page = self.page(tab).filter(|page| page.lives());
        let Some((session, user)) = page.map(|page| (page.session(), page.user())) else {
            return;
        };
        if !self.is_at_hand(tab) {
            return;
        }
        self.record.logged_out.extend(session);
        // A browser that cannot remember it takes the note back when it is told to.
        self.record.left.insert(tab.browser);
        if let Some(user) = user {
            self.record.drafts.remove(&(tab.browser, user));
        }
        self.command(tab, Command::LogOut);
    }

    fn stay(&mut self, tab: TabId) {
        if !self.is_at_hand(tab) {
            return;
        }
        self.note_touch(tab);
        if let Some(page) = self.page_mut(tab).filter(|page| page.lives()) {
            page.history.stay_wanted = true;
        }
        self.command(tab, Command::StaySignedIn);
    }

    fn touch(&mut self, tab: TabId) {
        if self.is_at_hand(tab) {
            self.note_touch(tab);
            self.tell(tab, Input::UserWasActive);
        }
    }

    fn note_touch(&mut self, tab: TabId) {
        if let Some(browser) = self.browser(tab.browser) {
            let at = browser.clocks.monotonic(self.now);
            self.record.touched.insert(tab.browser, at);
        }
    }

    fn type_draft(&mut self, tab: TabId) {
        let user = self.page(tab).and_then(Page::user);
        let Some(user) = user.filter(|_| self.is_at_hand(tab)) else {
            return;
        };
        self.touch(tab);
        if let Some(browser) = self.browser_mut(tab.browser) {
            let length = browser.storage.draft(user).saturating_add(TYPED);
            if browser.storage.keep_draft(user, length) {
                self.record.drafts.insert((tab.browser, user), length);
            }
        }
    }

    fn ask_for(&mut self, tab: TabId, change: Option<u32>) {
        if !self.is_at_hand(tab) {
            return;
        }
        self.next_change += 1;
        let Some(page) = self.page_mut(tab) else {
            return;
        };
        let request = page.next_request();
        page.wishes.insert(request, Wish { change });
        let replay = match change {
            Some(_) => Replay::Unsafe,
            None => Replay::Safe,
        };
        self.tell(tab, Input::RequestSubmitted { request, replay });
    }

    /// The application drops the request that it sent last.
    fn give_up(&mut self, tab: TabId) {
        if !self.runs(tab) {
            return;
        }
        let Some(page) = self.page_mut(tab) else {
            return;
        };
        let (id, last) = (page.id, page.wishes.pop_last());
        let Some((request, _)) = last else {
            return;
        };
        let asks = crate::network::Asks::Application(request);
        let call = self
            .calls
            .iter()
            .find(|call| call.page == id && call.asks == asks);
        if let Some(number) = call.map(|call| call.number) {
            self.abort(number);
        }
        self.tell(tab, Input::RequestAbandoned { request });
    }
}

impl Deed {
    /// Returns the tab that it is done in.
    #[must_use]
    pub const fn tab(self) -> TabId {
        match self {
            Self::Open(tab)
            | Self::Close(tab)
            | Self::Reload(tab)
            | Self::Show(tab)
            | Self::Hide(tab)
            | Self::GoAway(tab)
            | Self::GoBack(tab)
            | Self::LogIn { tab, .. }
            | Self::LogOut(tab)
            | Self::Stay(tab)
            | Self::Leave(tab)
            | Self::Touch(tab)
            | Self::Type(tab)
            | Self::Read(tab)
            | Self::Change(tab)
            | Self::GiveUp(tab) => tab,
        }
    }
}
