//! One life: what happens next is drawn, whatever comes of it is checked.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use session_backend::{
    Moment,
    store::{SessionRow, Store, StoreError},
};
use session_protocol::{EndReason, User};

use super::{
    browser::{Answer, Browser, TABS},
    calls::{self, IDLE, Outcome},
    chance::Chance,
    steps::Call,
};
use crate::conformance::{START, session};

/// A client gives a call up after this time: it is shorter than the grace.
const GIVEN_UP: Duration = Duration::from_secs(10);
const ABSOLUTE: Duration = Duration::from_secs(120);
/// Things that happen in a life, and after its end, at most.
const LONGEST: usize = 150;
const LONGEST_AFTER_END: usize = 15;
/// Calls that are under way at a time, in the busiest life.
const CALLS: usize = 5;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Refresh { tab: usize, generation: i64 },
    Look,
    Extend,
    End,
    Sweep,
}

struct Running<'a> {
    kind: Kind,
    sent: Moment,
    /// Whether an end had been answered when it asked its last question.
    after_end: bool,
    call: Call<'a, Result<Outcome, StoreError>>,
}

/// How often what happened, to see that lives differ.
#[derive(Debug, Default)]
pub(super) struct Sums(BTreeMap<&'static str, usize>);

impl Sums {
    fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    fn of(&self, what: &str) -> usize {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Fails unless everything happened often enough to mean something.
    pub(super) fn expect_variety(&self, lives: usize) {
        for what in ["rotated", "reissued", "tolerated", "lost", "refused"] {
            assert!(self.of(what) > lives / 10, "{what}: {self:?}");
        }
        for what in ["logged out", "revoked", "idle", "absolute"] {
            assert!(self.of(what) > lives / 200, "{what}: {self:?}");
        }
        assert!(self.of("store failed") < lives / 200, "{self:?}");
    }
}

struct Life<'a> {
    store: &'a dyn Store,
    born: &'a SessionRow,
    chance: Chance,
    now: Moment,
    browser: Browser,
    running: Vec<Running<'a>>,
    /// Calls under way at a time in this life.
    calls: usize,
    /// Whether somebody ends the session, rather than time.
    is_ended_by_hand: bool,
    ended: Option<EndReason>,
    rotations: i64,
    sums: Sums,
    history: String,
}

/// Lives one life on a store.
pub(super) async fn live(store: &dyn Store, user: &User, seed: u64) -> Sums {
    let mut born = session(user, &seed.to_string(), START);
    born.absolute_deadline = START.plus(ABSOLUTE);
    born.state.idle_deadline = START.plus(IDLE);
    store.begin(&born, &[]).await.unwrap().unwrap();
    let mut chance = Chance::new(seed);
    let mut life = Life {
        store,
        born: &born,
        calls: 1 + chance.below(CALLS),
        is_ended_by_hand: chance.one_in(2),
        chance,
        now: START,
        browser: Browser::default(),
        running: Vec::new(),
        ended: None,
        rotations: 0,
        sums: Sums::default(),
        history: format!("seed {seed}"),
    };
    life.run().await;
    life.sums
}

impl Life<'_> {
    async fn run(&mut self) {
        let (mut things, mut after_end) = (0, 0);
        while things < LONGEST && after_end < LONGEST_AFTER_END {
            self.something_happens().await;
            things += 1;
            after_end += usize::from(self.ended.is_some());
        }
        self.finish().await;
    }

    async fn something_happens(&mut self) {
        let running = self.running.len();
        match self.chance.below(10) {
            0..=4 if running > 0 => {
                let which = self.chance.below(running);
                self.step(which).await;
            }
            5 if !self.browser.answers.is_empty() => self.answer_arrives(),
            6 | 7 => self.time_passes(),
            _ if running < self.calls => self.call(),
            _ => {}
        }
    }

    fn call(&mut self) {
        let (store, born, now) = (self.store, self.born, self.now);
        let tab = self.chance.below(TABS);
        let (kind, call) = match self.chance.below(40) {
            0..=17 => {
                let is_busy = |running: &Running<'_>| match running.kind {
                    Kind::Refresh { tab: busy, .. } => busy == tab,
                    Kind::Look | Kind::Extend | Kind::End | Kind::Sweep => false,
                };
                let waits = |answer: &Answer| answer.tab == tab;
                if self.running.iter().any(is_busy) || self.browser.answers.iter().any(waits) {
                    return;
                }
                let generation = self.browser.jar;
                let call = Call::new(calls::refresh(store, born, generation, now));
                (Kind::Refresh { tab, generation }, call)
            }
            18..=26 => {
                let Some(generation) = self.browser.access[tab] else {
                    return;
                };
                let call = Call::new(calls::look(store, born, generation, now));
                (Kind::Look, call)
            }
            27..=33 => (Kind::Extend, Call::new(calls::extend(store, born, now))),
            34..=37 => (Kind::Sweep, Call::new(calls::sweep(store, born, now))),
            last => {
                if !self.is_ended_by_hand {
                    return;
                }
                let reason = if last == 38 {
                    EndReason::LoggedOut
                } else {
                    EndReason::Revoked
                };
                (Kind::End, Call::new(calls::end(store, born, reason, now)))
            }
        };
        self.note(format_args!("{kind:?} begins"));
        self.running.push(Running {
            kind,
            sent: now,
            after_end: false,
            call,
        });
    }

    async fn step(&mut self, which: usize) {
        self.sums.count("steps");
        let Some(outcome) = self.running[which].call.step().await else {
            self.running[which].after_end = self.ended.is_some();
            return;
        };
        let done = self.running.swap_remove(which);
        self.note(format_args!("{:?}: {outcome:?}", done.kind));
        let Ok(outcome) = outcome else {
            self.sums.count("store failed");
            return;
        };
        self.check(&done, outcome);
        if let Kind::Refresh { tab, .. } = done.kind {
            let (cookie, access) = match outcome {
                Outcome::Issued { generation, .. } => (Some(generation), generation),
                Outcome::Tolerated { generation } => (None, generation),
                Outcome::PutOff
                | Outcome::Done
                | Outcome::End(_)
                | Outcome::Over(_)
                | Outcome::Nothing => return,
            };
            self.browser.answers.push(Answer {
                tab,
                sent: done.sent,
                cookie,
                access,
            });
        }
    }

    fn check(&mut self, done: &Running<'_>, outcome: Outcome) {
        let history = &self.history;
        match outcome {
            Outcome::Issued { generation, again } => {
                assert!(!done.after_end, "{history}");
                if again {
                    self.sums.count("reissued");
                } else {
                    self.sums.count("rotated");
                    self.rotations += 1;
                    assert_eq!(generation, self.rotations, "{history}");
                }
            }
            Outcome::Tolerated { .. } => {
                assert!(!done.after_end, "{history}");
                self.sums.count("tolerated");
            }
            Outcome::PutOff => self.sums.count("put off"),
            // Logout and revocation win over whatever was under way.
            Outcome::Done | Outcome::Nothing => assert!(!done.after_end, "{history}"),
            Outcome::End(reason) => {
                assert_eq!(self.ended, None, "two ends: {history}");
                self.ended = Some(reason);
                self.sums.count(match reason {
                    EndReason::LoggedOut => "logged out",
                    EndReason::Revoked => "revoked",
                    EndReason::AbsoluteTimeout => "absolute",
                    EndReason::SessionTimeout => "idle",
                    EndReason::ReuseDetected
                    | EndReason::AccountDisabled
                    | EndReason::Replaced
                    | EndReason::NoSession => panic!("{reason:?}: {history}"),
                });
            }
            Outcome::Over(reason) => {
                // The call that ended it may not have been answered yet.
                let is_other = self.ended.is_some_and(|ended| ended != reason);
                assert!(!is_other, "{history}");
                self.sums.count("refused");
            }
        }
    }

    fn answer_arrives(&mut self) {
        let which = self.chance.below(self.browser.answers.len());
        let answer = self.browser.answers.swap_remove(which);
        if self.chance.one_in(3) {
            self.sums.count("lost");
            self.note(format_args!("lost: {answer:?}"));
            return;
        }
        self.note(format_args!("arrives: {answer:?}"));
        self.browser.receive(answer);
    }

    /// Nothing is on its way for longer than a client waits.
    fn time_passes(&mut self) {
        let calls = self.running.iter().map(|running| running.sent);
        let answers = self.browser.answers.iter().map(|answer| answer.sent);
        let latest = calls.chain(answers).min().map(|sent| sent.plus(GIVEN_UP));
        let millis = match self.chance.below(8) {
            0..=3 => self.chance.below(2_000),
            4..=6 => self.chance.below(40_000),
            _ => self.chance.below(100_000),
        };
        let wanted = self.now.plus(Duration::from_millis(millis as u64));
        self.now = latest.map_or(wanted, |latest| wanted.min(latest).max(self.now));
    }

    /// Lets all calls come to their end, ends the session, and tries every credential.
    async fn finish(&mut self) {
        while !self.running.is_empty() {
            self.step(0).await;
        }
        let now = self.now;
        let ended = calls::end(self.store, self.born, EndReason::Revoked, now);
        let reason = match ended.await.unwrap() {
            Outcome::End(reason) => {
                assert_eq!(self.ended, None, "two ends: {}", self.history);
                reason
            }
            Outcome::Over(reason) => reason,
            other @ (Outcome::Issued { .. }
            | Outcome::Tolerated { .. }
            | Outcome::PutOff
            | Outcome::Done
            | Outcome::Nothing) => panic!("{other:?}: {}", self.history),
        };
        let history = &self.history;
        for generation in 0..=self.rotations {
            let outcome = calls::refresh(self.store, self.born, generation, START).await;
            assert_eq!(outcome, Ok(Outcome::Over(reason)), "{history}");
            let outcome = calls::look(self.store, self.born, generation, START).await;
            assert_eq!(outcome, Ok(Outcome::Over(reason)), "{history}");
        }
    }

    fn note(&mut self, line: std::fmt::Arguments<'_>) {
        let seconds = self.now.since(START).as_secs_f64();
        writeln!(self.history, "\n{seconds:9.3} {line}").unwrap();
    }
}
