//! What may happen next.
//!
//! Listed is what is on its way, with what can go wrong with it, and what is due. Deeds and mishaps
//! are the driver's choice: it knows how much of them it wants.

use std::time::Duration;

use super::{Action, World};
use crate::{
    browser::BrowserId,
    network::{Call, Connection, LONGEST_JOURNEY, Stage},
};

impl World {
    /// Lists what may happen next without anybody's doing.
    #[must_use]
    pub fn enabled(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for call in &self.calls {
            self.list_call(call, &mut actions);
        }
        for connection in &self.connections {
            self.list_connection(connection, &mut actions);
        }
        for (tab, page) in self.pages() {
            if !self.runs(tab) {
                continue;
            }
            if !page.notices.is_empty() {
                actions.push(Action::Notice(tab));
            }
            if !page.words.is_empty() {
                actions.push(Action::Word(tab));
            }
            let clocks = self.browser(tab.browser).map(|it| it.clocks);
            let deadline = clocks.and_then(|clocks| page.next_deadline(&clocks));
            if deadline.is_some_and(|at| at <= self.now) {
                actions.push(Action::Timer(tab));
            }
        }
        if self.is_up() && self.server.next_deadline().is_some_and(|at| at <= self.now) {
            actions.push(Action::Tick);
        }
        actions
    }

    /// Returns the next time at which something is due that is not due yet.
    #[must_use]
    pub fn next_instant(&self) -> Option<Duration> {
        let timers = self.pages().filter_map(|(tab, page)| {
            let clocks = self.browser(tab.browser)?.clocks;
            page.next_deadline(&clocks).filter(|_| self.runs(tab))
        });
        let timeouts = self.calls.iter().filter_map(|call| {
            let clocks = self.browser(call.tab.browser)?.clocks;
            let waits = !call.is_orphan && self.runs(call.tab);
            waits.then(|| clocks.true_time(call.due))
        });
        let server = self.server.next_deadline().filter(|_| self.is_up());
        let all = timers.chain(timeouts).chain(server);
        all.filter(|at| *at > self.now).min()
    }

    fn list_call(&self, call: &Call, actions: &mut Vec<Action>) {
        let (number, browser) = (call.number, call.tab.browser);
        let is_young = self.now.saturating_sub(call.sent_at) <= LONGEST_JOURNEY;
        let runs = self.runs(call.tab);
        match &call.stage {
            Stage::Sent(_) => {
                if self.reaches(browser) && is_young {
                    actions.push(Action::Arrive(number));
                }
                actions.push(Action::Lose(number));
                actions.push(Action::Break(number));
            }
            Stage::Deciding(_) => actions.push(Action::Commit(number)),
            Stage::Answering(_) => {
                if self.reaches(browser) {
                    actions.push(Action::Answer(number));
                }
                actions.push(Action::Lose(number));
                actions.push(Action::Break(number));
            }
            Stage::Storing(_) => {
                if self.is_awake(browser) {
                    actions.push(Action::Store(number));
                }
            }
            Stage::Reading(_) | Stage::Broken => {
                if runs {
                    actions.push(Action::Finish(number));
                }
            }
            Stage::Lost => {}
        }
        let clocks = self.browser(browser).map(|it| it.clocks);
        let is_late = clocks.is_some_and(|clocks| clocks.monotonic(self.now) >= call.due);
        if is_late && runs && !call.is_orphan {
            actions.push(Action::TimeOut(number));
        }
    }

    fn list_connection(&self, connection: &Connection, actions: &mut Vec<Action>) {
        let (id, browser) = (connection.id, connection.tab.browser);
        if connection.is_broken {
            if connection.is_served {
                actions.push(Action::Reap(id));
            }
        } else {
            if !connection.up.is_empty() && self.reaches(browser) {
                actions.push(Action::Up(id));
            }
            actions.push(Action::Cut(id));
        }
        let arrives = connection.is_broken || self.reaches(browser);
        if !connection.down.is_empty() && arrives && self.runs(connection.tab) {
            actions.push(Action::Down(id));
        }
    }

    pub(super) fn is_awake(&self, browser: BrowserId) -> bool {
        self.browser(browser).is_some_and(|it| it.asleep.is_none())
    }
}
