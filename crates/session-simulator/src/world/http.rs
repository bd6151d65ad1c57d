//! HTTP calls on their way: each action moves one of them by one stage.

use session_core::HttpFailure;
use session_protocol::EndReason;

use super::{Item, World, state::Running};
use crate::{
    browser::{PageId, TabId},
    network::{Asks, Call, CallNumber, LONGEST_JOURNEY, Stage},
    server::{self, Bearer, Body, Outcome, Request, Response},
};

impl World {
    /// Sends a request of a page with the cookies of this moment.
    pub(super) fn send(
        &mut self,
        tab: TabId,
        asks: Asks,
        call: server::Call,
        bearer: Option<Bearer>,
    ) {
        let Some(browser) = self.browser(tab.browser) else {
            return;
        };
        let Some(page) = browser.page(tab.slot).map(|page| page.id) else {
            return;
        };
        let timeout = self.config.request_timeout;
        let due = browser.clocks.monotonic(self.now).saturating_add(timeout);
        let request = Request::of_owner(call, browser.jar.clone(), bearer);
        let stage = if browser.link == crate::browser::Link::Down {
            Stage::Broken
        } else {
            Stage::Sent(request)
        };
        let number = CallNumber(self.next_call);
        self.next_call += 1;
        self.calls.push(Call {
            number,
            tab,
            page,
            asks,
            sent_at: self.now,
            due,
            is_orphan: false,
            is_superseded: false,
            stage,
        });
        self.fresh.push(Item::Call(number));
        self.fresh.push(Item::Timeout(number));
    }

    pub(super) fn arrive(&mut self, number: CallNumber) {
        let Some(at) = self.position(number, |stage| matches!(stage, Stage::Sent(_))) else {
            return;
        };
        let (tab, sent_at) = (self.calls[at].tab, self.calls[at].sent_at);
        if !self.reaches(tab.browser) {
            return;
        }
        if !self.is_up() || self.now.saturating_sub(sent_at) > LONGEST_JOURNEY {
            self.set_stage(at, Stage::Broken);
            return;
        }
        let Stage::Sent(request) = std::mem::replace(&mut self.calls[at].stage, Stage::Lost) else {
            return;
        };
        if request.call != server::Call::Refresh {
            let outcome = self.server.handle(request, self.now);
            self.answered(at, outcome);
            return;
        }
        if let Running::UntilRefresh { committed } = self.running {
            if committed {
                let outcome = self.server.handle(request, self.now);
                self.route(outcome.events);
                self.see("crash between commit and answer");
            }
            self.crash();
            return;
        }
        match self.server.begin_refresh(request, self.now) {
            Ok(pending) => self.set_stage(at, Stage::Deciding(pending)),
            Err(outcome) => self.answered(at, *outcome),
        }
    }

    pub(super) fn commit(&mut self, number: CallNumber) {
        let Some(at) = self.position(number, |stage| matches!(stage, Stage::Deciding(_))) else {
            return;
        };
        let stage = std::mem::replace(&mut self.calls[at].stage, Stage::Lost);
        if let Stage::Deciding(pending) = stage {
            let before = self.rotations();
            let outcome = self.server.commit_refresh(pending, self.now);
            self.note_refresh(before, &outcome.response);
            self.answered(at, outcome);
        }
    }

    /// The server has answered.
    fn answered(&mut self, at: usize, outcome: Outcome) {
        let Outcome { response, events } = outcome;
        if self.calls[at].is_orphan {
            self.calls.remove(at);
        } else {
            self.set_stage(at, Stage::Answering(response));
        }
        self.route(events);
    }

    pub(super) fn answer(&mut self, number: CallNumber) {
        let Some(at) = self.position(number, |stage| matches!(stage, Stage::Answering(_))) else {
            return;
        };
        let (tab, due) = (self.calls[at].tab, self.calls[at].due);
        if !self.reaches(tab.browser) {
            return;
        }
        // A page that was stopped without a word cannot give its calls up in time. A real browser
        // writes such an answer whenever it comes, which the contract of the rotation does not
        // cover: the world leaves it out.
        let clocks = self.browser(tab.browser).map(|it| it.clocks);
        let is_late = clocks.is_some_and(|clocks| clocks.monotonic(self.now) > due);
        if is_late && !self.runs(tab) {
            self.set_stage(at, Stage::Broken);
            return;
        }
        let stage = std::mem::replace(&mut self.calls[at].stage, Stage::Lost);
        if let Stage::Answering(response) = stage {
            let next = if response.set_cookies.is_empty() {
                Stage::Reading(response)
            } else {
                Stage::Storing(response)
            };
            self.set_stage(at, next);
        }
    }

    /// The cookies are written whether or not the page still waits.
    pub(super) fn store(&mut self, number: CallNumber) {
        let Some(at) = self.position(number, |stage| matches!(stage, Stage::Storing(_))) else {
            return;
        };
        let (tab, is_orphan) = (self.calls[at].tab, self.calls[at].is_orphan);
        if self
            .browser(tab.browser)
            .is_none_or(|it| it.asleep.is_some())
        {
            return;
        }
        let stage = std::mem::replace(&mut self.calls[at].stage, Stage::Lost);
        let Stage::Storing(response) = stage else {
            return;
        };
        for cookie in &response.set_cookies {
            self.write_cookie(tab, cookie);
        }
        if is_orphan {
            self.see("late jar write");
            self.calls.remove(at);
        } else {
            self.set_stage(at, Stage::Reading(response));
        }
    }

    fn write_cookie(&mut self, tab: TabId, cookie: &server::SetCookie) {
        let now = self.now;
        let Some(browser) = self.browsers.get_mut(usize::from(tab.browser.0)) else {
            return;
        };
        let held = browser.jar.get(&cookie.name).copied();
        let kept = server::invariants::s11_jar_write(&self.server, held, cookie.token, now);
        browser.write_cookie(cookie, now);
        self.expect(kept);
    }

    /// The page hears the outcome.
    pub(super) fn finish(&mut self, number: CallNumber) {
        let over = |stage: &Stage| matches!(stage, Stage::Reading(_) | Stage::Broken);
        let Some(at) = self.position(number, over) else {
            return;
        };
        if !self.runs(self.calls[at].tab) {
            return;
        }
        let call = self.calls.remove(at);
        if call.is_orphan {
            return;
        }
        match &call.stage {
            Stage::Reading(response) => self.tell_outcome(&call, Ok(response)),
            Stage::Broken => self.tell_outcome(&call, Err(HttpFailure::Unreachable)),
            Stage::Sent(_)
            | Stage::Deciding(_)
            | Stage::Answering(_)
            | Stage::Storing(_)
            | Stage::Lost => {}
        }
    }

    fn tell_outcome(&mut self, call: &Call, outcome: Result<&Response, HttpFailure>) {
        if let Asks::Application(request) = call.asks {
            let shown = match outcome {
                Ok(Response {
                    body: Body::Record { user },
                    ..
                }) => Some(*user),
                Ok(_) | Err(_) => None,
            };
            let unauthorized = matches!(outcome, Ok(Response { status: 401, .. }));
            if let Some(page) = self.page_mut(call.tab)
                && !unauthorized
            {
                page.wishes.remove(&request);
                page.shown = shown.or(page.shown);
            }
        }
        let input = call.asks.answered(outcome);
        self.tell(call.tab, input);
    }

    pub(super) fn break_call(&mut self, number: CallNumber) {
        let on_the_way = |stage: &Stage| {
            matches!(
                stage,
                Stage::Sent(_) | Stage::Deciding(_) | Stage::Answering(_) | Stage::Lost
            )
        };
        if let Some(at) = self.position(number, on_the_way) {
            self.set_stage(at, Stage::Broken);
        }
    }

    pub(super) fn lose_call(&mut self, number: CallNumber) {
        let on_the_way = |stage: &Stage| matches!(stage, Stage::Sent(_) | Stage::Answering(_));
        if let Some(at) = self.position(number, on_the_way) {
            self.calls[at].stage = Stage::Lost;
        }
    }

    /// The shell's own timer, which does not run in a page that does not.
    pub(super) fn time_out(&mut self, number: CallNumber) {
        let Some(at) = self.position(number, |_| true) else {
            return;
        };
        let call = &self.calls[at];
        let due = call.due;
        let late = self
            .browser(call.tab.browser)
            .is_some_and(|it| it.clocks.monotonic(self.now) >= due);
        if call.is_orphan || !late || !self.runs(call.tab) {
            return;
        }
        let call = call.clone();
        self.abort(number);
        self.tell_outcome(&call, Err(HttpFailure::TimedOut));
    }

    /// Nobody waits for a call any more. What has reached the server stays there; an answer whose
    /// head is here still writes the jar.
    pub(super) fn abort(&mut self, number: CallNumber) {
        let Some(at) = self.position(number, |_| true) else {
            return;
        };
        match &self.calls[at].stage {
            Stage::Sent(_) | Stage::Deciding(_) | Stage::Storing(_) => {
                self.calls[at].is_orphan = true;
            }
            Stage::Answering(_) | Stage::Reading(_) | Stage::Broken | Stage::Lost => {
                self.calls.remove(at);
            }
        }
    }

    /// The shell gives all calls of a page up that is about to stop; the page hears of it when it
    /// runs again.
    pub(super) fn abort_calls(&mut self, page: PageId) {
        let waits = |call: &&Call| call.page == page && !call.is_orphan;
        let calls: Vec<_> = self.calls.iter().filter(waits).cloned().collect();
        for call in calls {
            self.abort(call.number);
            let number = CallNumber(self.next_call);
            self.next_call += 1;
            self.calls.push(Call {
                number,
                stage: Stage::Broken,
                ..call
            });
        }
    }

    /// The server stops: whoever waits for it hears that the connection broke.
    pub(super) fn crash(&mut self) {
        self.running = Running::No;
        for connection in self.server.crash() {
            self.server_vanished(connection);
        }
        let waiting: Vec<_> = self
            .calls
            .iter()
            .filter(|call| matches!(call.stage, Stage::Deciding(_) | Stage::Lost))
            .map(|call| call.number)
            .collect();
        for number in waiting {
            self.break_call(number);
        }
    }

    fn set_stage(&mut self, at: usize, stage: Stage) {
        let call = &mut self.calls[at];
        if call.is_orphan && stage == Stage::Broken {
            self.calls.remove(at);
            return;
        }
        call.stage = stage;
        let number = call.number;
        self.fresh.push(Item::Call(number));
    }

    fn position(&self, number: CallNumber, fits: impl Fn(&Stage) -> bool) -> Option<usize> {
        let mut calls = self.calls.iter();
        calls.position(|call| call.number == number && fits(&call.stage))
    }

    /// Says what became of a refresh, by how many rotations there were before.
    fn note_refresh(&mut self, rotations_before: u64, response: &Response) {
        let sight = match &response.body {
            Body::Token { .. } if self.rotations() > rotations_before => "rotation",
            Body::Token { .. } if response.set_cookies.iter().any(|set| set.token.is_some()) => {
                "lost answer issued again"
            }
            Body::Token { .. } => "refresh inside the grace",
            Body::Problem { code } if *code == EndReason::ReuseDetected.problem_code() => {
                "reuse detected"
            }
            Body::Problem { code } if *code == EndReason::LoggedOut.problem_code() => {
                "logout overtook a refresh"
            }
            Body::Empty
            | Body::Active(_)
            | Body::Ended(_)
            | Body::Record { .. }
            | Body::Problem { .. }
            | Body::Garbled => return,
        };
        self.see(sight);
    }

    fn rotations(&self) -> u64 {
        let families = self.server.families().values();
        families.map(|family| u64::from(family.generation)).sum()
    }
}
