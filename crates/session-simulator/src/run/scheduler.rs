//! One run: draws when each thing that is on its way arrives, and lets it.

use std::{collections::BTreeMap, time::Duration};

use session_core::Presence;

use super::{Outcome, Story, person, queue::Queue, transport::Transport};
use crate::{
    browser::{BrowserId, Page, TabId},
    liveness,
    network::{Asks, Stage},
    plan::{Act, Options, Plan},
    violation::Violation,
    world::{Action, Deed, Item, Mishap, World},
};

/// Most actions of a run that are kept for its story.
const ACTIONS_KEPT: usize = 60;

/// Most inputs of a run. One that needs more is stuck in a loop.
const MOST_INPUTS: u64 = 3_000_000;

/// How long after the last fault somebody looks again at a browser with a logout that is still pending.
const LOOK_AGAIN: Duration = Duration::from_secs(100);

/// The last update is published so long before the end.
const LAST_WORD: Duration = Duration::from_secs(20);

/// An event of the queue.
#[derive(Clone, Copy, Debug)]
enum Event {
    Action(Action),
    /// The timer of a tab, as it was armed.
    Timer(TabId),
    /// The server's next deadline, as it was armed.
    Tick,
    /// An entry of the plan, or the repair of one.
    Act(Act),
    /// The quiet time begins.
    Calm,
    /// A page that somebody looks at delivers what an earlier one could not.
    LookAgain,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Scheduler {
    plan: Plan,
    world: World,
    queue: Queue<Event>,
    transport: Transport,
    timers: BTreeMap<TabId, Duration>,
    tick: Option<Duration>,
    sent: u64,
    freezes_at_refresh: bool,
    story: Story,
}

/// Runs the plan of a seed.
#[must_use]
pub fn simulate(seed: u64, options: &Options) -> Outcome {
    Scheduler::new(Plan::of(seed, options)).run()
}

impl Scheduler {
    /// Prepares the run of a plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let mut queue = Queue::new();
        for entry in &plan.entries {
            queue.push(entry.at, Event::Act(entry.act));
            if let Some((after, repair)) = entry.repair {
                queue.push(entry.at.saturating_add(after), Event::Act(repair));
            }
        }
        queue.push(plan.calm_from, Event::Calm);
        queue.push(plan.calm_from.saturating_add(LOOK_AGAIN), Event::LookAgain);
        queue.push(plan.end.saturating_sub(LAST_WORD), Event::Act(Act::Publish));
        let transport = Transport::new(plan.seed, plan.weather);
        let world = World::new(&plan.settings);
        Self {
            plan,
            world,
            queue,
            transport,
            timers: BTreeMap::new(),
            tick: None,
            sent: 0,
            freezes_at_refresh: false,
            story: Story::default(),
        }
    }

    /// Runs to the end, or to the first promise that is broken.
    #[must_use]
    pub fn run(mut self) -> Outcome {
        let end = self.plan.end;
        while let Some((at, event)) = self.queue.pop_until(end) {
            self.world.advance_to(at);
            self.take(event, at);
            self.schedule_fresh();
            if self.world.tally.inputs > MOST_INPUTS {
                let what = format!("more than {MOST_INPUTS} inputs in one run");
                self.world.broken = Some(Violation::new("L8", what));
            }
            if self.world.broken.is_some() {
                return self.finish();
            }
        }
        self.world.advance_to(end);
        if let Err(violation) = liveness::check(&mut self.world) {
            self.world.broken = Some(violation);
        }
        self.finish()
    }

    fn take(&mut self, event: Event, at: Duration) {
        match event {
            Event::Action(action) => self.apply(action),
            Event::Timer(tab) => {
                if self.timers.get(&tab) == Some(&at) {
                    self.timers.remove(&tab);
                    self.apply(Action::Timer(tab));
                    self.arm(tab);
                }
            }
            Event::Tick => {
                if self.tick == Some(at) {
                    self.tick = None;
                    self.apply(Action::Tick);
                    self.arm_server();
                }
            }
            Event::Act(act) => self.act(act),
            Event::Calm => self.calm_down(),
            Event::LookAgain => self.look_again(),
        }
    }

    fn apply(&mut self, action: Action) {
        if self.plan.settings.keeps_timeline {
            if self.story.actions.len() >= ACTIONS_KEPT {
                self.story.actions.remove(0);
            }
            let line = (self.world.now, format!("{action:?}"));
            self.story.actions.push(line);
        }
        self.world.apply(action);
    }

    fn act(&mut self, act: Act) {
        if let Some(trouble) = act.trouble() {
            self.world.tally.mishaps.count(trouble);
        }
        match act {
            Act::Deed(deed) => self.apply(Action::Deed(deed)),
            Act::Work { tab, choice } => {
                for deed in person::next(&self.world, tab, choice) {
                    self.apply(Action::Deed(deed));
                }
            }
            Act::Mishap(mishap) => self.apply(Action::Mishap(mishap)),
            Act::Weather(weather) => self.transport.turn(weather),
            Act::HoldUp {
                leg,
                delay,
                refresh,
            } => self.transport.hold_up(leg, delay, refresh),
            Act::LoseNext { leg, refresh } => self.transport.lose_next(leg, refresh),
            Act::FreezeAtRefresh => self.freezes_at_refresh = true,
            Act::CutSockets(browser) => {
                let of_browser = self.world.connections.iter();
                let of_browser = of_browser.filter(|it| it.tab.browser == browser);
                let ids: Vec<_> = of_browser.map(|connection| connection.id).collect();
                for id in ids {
                    self.apply(Action::Cut(id));
                }
            }
            Act::Publish => self.apply(Action::Publish),
        }
    }

    /// The last fault is repaired; the person comes back and looks.
    fn calm_down(&mut self) {
        self.transport.calm_down();
        self.freezes_at_refresh = false;
        self.apply(Action::Mishap(Mishap::StartUp));
        self.apply(Action::Mishap(Mishap::AnswerWell));
        for browser in (0..self.plan.settings.browsers).map(BrowserId) {
            let stood_still = true;
            let health = crate::browser::Health::Works;
            for mishap in [
                Mishap::Wake {
                    browser,
                    stood_still,
                },
                Mishap::LinkUp(browser),
                Mishap::Storage { browser, health },
            ] {
                self.apply(Action::Mishap(mishap));
            }
            let tab = self.tab_to_look_at(browser);
            for deed in [Deed::Open(tab), Deed::GoBack(tab), Deed::Show(tab)] {
                self.apply(Action::Deed(deed));
            }
        }
    }

    /// A logout that is still pending is delivered by the next page that somebody looks at.
    fn look_again(&mut self) {
        for browser in (0..self.plan.settings.browsers).map(BrowserId) {
            let inside = self.world.browser(browser);
            let presence = inside.map(|browser| browser.storage.presence());
            if matches!(presence, Some(Presence::LogoutPending { .. })) {
                let tab = self.tab_to_look_at(browser);
                for deed in [Deed::Hide(tab), Deed::Show(tab)] {
                    self.apply(Action::Deed(deed));
                }
            }
        }
    }

    /// A tab with a page that runs, if there is one.
    fn tab_to_look_at(&self, browser: BrowserId) -> TabId {
        let of_browser = |(tab, page): &(TabId, &Page)| tab.browser == browser && page.runs();
        let open = self.world.pages().find(of_browser);
        open.map_or(TabId { browser, slot: 0 }, |(tab, _)| tab)
    }

    fn schedule_fresh(&mut self) {
        for item in self.world.take_fresh() {
            self.schedule(item);
        }
    }

    fn schedule(&mut self, item: Item) {
        let now = self.world.now;
        self.sent += 1;
        let count = self.sent;
        let (delay, action) = match item {
            Item::Call(number) => {
                let Some(call) = self.world.call(number) else {
                    return;
                };
                let refreshes = matches!(
                    (&call.asks, &call.stage),
                    (Asks::Refresh(_), Stage::Sent(_))
                );
                if refreshes && std::mem::take(&mut self.freezes_at_refresh) {
                    let (tab, told) = (call.tab, false);
                    let freeze = Action::Mishap(Mishap::Freeze { tab, told });
                    self.queue.push(now, Event::Action(freeze));
                }
                let Some(fate) = self.transport.call(call) else {
                    return;
                };
                fate
            }
            Item::Timeout(number) => {
                let Some((call, page)) = self.world.call(number).and_then(|call| {
                    let page = self.world.page(call.tab)?;
                    (page.id == call.page).then_some((call, page))
                }) else {
                    return;
                };
                let clocks = self.world.browser(call.tab.browser).map(|it| it.clocks);
                let due = clocks.map_or(now, |clocks| clocks.true_time(call.due));
                let at = self.transport.signal(page, due, now);
                self.queue.push(at, Event::Action(Action::TimeOut(number)));
                return;
            }
            Item::Up(id) => (self.transport.socket(id, count), Action::Up(id)),
            Item::Down(id) => (self.transport.socket(id, count), Action::Down(id)),
            Item::Corpse(id) => (self.transport.corpse(id), Action::Reap(id)),
            Item::Notice(tab) => (self.transport.channel(count), Action::Notice(tab)),
            Item::Word(tab) => (self.transport.channel(count), Action::Word(tab)),
            Item::Glance(tab) => (self.transport.glance(count), Action::Glance(tab)),
            Item::Timer(tab) => return self.arm(tab),
            Item::Tick => return self.arm_server(),
        };
        self.queue
            .push(now.saturating_add(delay), Event::Action(action));
    }

    /// Arms the timer of a tab for the client's next deadline, unless it fires early enough.
    fn arm(&mut self, tab: TabId) {
        let now = self.world.now;
        let clocks = self.world.browser(tab.browser).map(|it| it.clocks);
        let Some((page, clocks)) = self.world.page(tab).zip(clocks) else {
            return;
        };
        let runs = self.world.runs(tab);
        let Some(deadline) = page.next_deadline(&clocks).filter(|_| runs) else {
            return;
        };
        let at = self.transport.timer(page, deadline, now);
        if self.timers.get(&tab).is_none_or(|armed| at < *armed) {
            self.timers.insert(tab, at);
            self.queue.push(at, Event::Timer(tab));
        }
    }

    fn arm_server(&mut self) {
        let Some(deadline) = self.world.server.next_deadline() else {
            return;
        };
        let at = deadline.max(self.world.now);
        if self.world.is_up() && self.tick.is_none_or(|armed| at < armed) {
            self.tick = Some(at);
            self.queue.push(at, Event::Tick);
        }
    }

    fn finish(mut self) -> Outcome {
        let entries = self.plan.entries.len();
        if self.plan.settings.keeps_timeline {
            self.story.plan = self.plan.entries;
            self.story.pages = self.world.stories();
        }
        Outcome {
            seed: self.plan.seed,
            entries,
            violation: self.world.broken,
            tally: self.world.tally.0,
            lived: self.world.now,
            trace: self.world.trace.value(),
            story: self.story,
        }
    }
}
