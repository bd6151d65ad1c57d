//! How long things take on their way, and what is lost.
//!
//! Invariant: a draw names what it is for, so that it does not depend on the other draws.

use std::time::Duration;

use crate::{
    browser::{Life, Page},
    chance::Chance,
    network::{Asks, Call, CallNumber, Stage},
    plan::{Leg, Weather},
    server::ConnectionId,
    world::Action,
};

const ALMOST_A_MILLISECOND: Duration = Duration::from_nanos(999_999);

/// What a plan has in store for the next calls.
#[derive(Clone, Copy, Debug)]
enum Intent {
    Delay(Duration),
    Loss,
}

/// An intent and the calls that it is for.
#[derive(Clone, Copy, Debug)]
struct Planned {
    leg: Leg,
    refresh: bool,
    intent: Intent,
}

/// The network between browsers and the server.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    seed: u64,
    weather: Weather,
    calm: Weather,
    planned: Vec<Planned>,
}

/// What becomes of something on its way: an action, and when.
pub(super) type Fate = (Duration, Action);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl Transport {
    pub(super) const fn new(seed: u64, weather: Weather) -> Self {
        Self {
            seed,
            weather,
            calm: weather,
            planned: Vec::new(),
        }
    }

    pub(super) const fn turn(&mut self, weather: Weather) {
        self.weather = weather;
    }

    /// Everything goes well from here on.
    pub(super) fn calm_down(&mut self) {
        self.weather = self.calm;
        self.planned.clear();
    }

    pub(super) fn hold_up(&mut self, leg: Leg, delay: Duration, refresh: bool) {
        let intent = Intent::Delay(delay);
        self.planned.push(Planned {
            leg,
            refresh,
            intent,
        });
    }

    pub(super) fn lose_next(&mut self, leg: Leg, refresh: bool) {
        let intent = Intent::Loss;
        self.planned.push(Planned {
            leg,
            refresh,
            intent,
        });
    }

    /// Draws what becomes of a call at its stage; nothing if it is lost.
    pub(super) fn call(&mut self, call: &Call) -> Option<Fate> {
        let number = call.number;
        match call.stage {
            Stage::Sent(_) => Some(self.leg(call, Leg::Request, 1, Action::Arrive(number))),
            Stage::Deciding(_) => {
                let delay = self.chance(2, number).between(millis(1), millis(30));
                Some((delay, Action::Commit(number)))
            }
            Stage::Answering(_) => Some(self.leg(call, Leg::Answer, 3, Action::Answer(number))),
            Stage::Storing(_) => {
                let usual = self.chance(4, number).between(millis(0), millis(20));
                let delay = match self.take(Leg::Jar, call) {
                    Some(Intent::Delay(delay)) => delay,
                    Some(Intent::Loss) | None => usual,
                };
                Some((delay, Action::Store(number)))
            }
            Stage::Reading(_) => {
                let delay = self.chance(5, number).between(millis(0), millis(10));
                Some((delay, Action::Finish(number)))
            }
            Stage::Broken => {
                let delay = self.chance(6, number).between(millis(1), millis(300));
                Some((delay, Action::Finish(number)))
            }
            Stage::Lost => None,
        }
    }

    fn leg(&mut self, call: &Call, leg: Leg, purpose: u64, arrives: Action) -> Fate {
        let number = call.number;
        match self.take(leg, call) {
            Some(Intent::Loss) => return (Duration::ZERO, Action::Lose(number)),
            Some(Intent::Delay(delay)) => return (delay, arrives),
            None => {}
        }
        let mut chance = self.chance(purpose, number);
        let delay = chance.between(self.weather.least, self.weather.most);
        if !chance.permille(u64::from(self.weather.loss)) {
            return (delay, arrives);
        }
        // Half of what is lost is noticed by the browser, half by nobody.
        let lost = if chance.permille(500) {
            Action::Break(number)
        } else {
            Action::Lose(number)
        };
        (delay, lost)
    }

    /// Draws how long something takes on a socket. Order is kept by the socket itself.
    pub(super) fn socket(&self, id: ConnectionId, count: u64) -> Duration {
        let mut chance = Chance::of(self.seed, &[7, u64::from(id.0), count]);
        let delay = chance.between(self.weather.least, self.weather.most);
        // What is lost on a socket is sent again, later.
        if chance.permille(u64::from(self.weather.loss)) {
            delay.saturating_mul(4)
        } else {
            delay
        }
    }

    /// Draws when the server notices that a wire is broken.
    pub(super) fn corpse(&self, id: ConnectionId) -> Duration {
        let mut chance = Chance::of(self.seed, &[8, u64::from(id.0)]);
        if chance.permille(400) {
            chance.between(millis(1), millis(500))
        } else {
            chance.between(millis(25_000), millis(75_000))
        }
    }

    /// Draws how long something takes between the tabs of a browser.
    pub(super) fn channel(&self, count: u64) -> Duration {
        let mut chance = Chance::of(self.seed, &[9, count]);
        chance.between(millis(0), millis(40))
    }

    /// Draws when a page next looks at its clocks.
    pub(super) fn glance(&self, count: u64) -> Duration {
        let mut chance = Chance::of(self.seed, &[11, count]);
        chance.between(millis(0), millis(1000))
    }

    /// Draws when a call is given up that is due at `at`: no browser lets an abort signal wait, not
    /// even in a page that is hidden.
    pub(super) fn signal(&self, page: &Page, at: Duration, now: Duration) -> Duration {
        let at = at.max(now);
        let mut chance = Chance::of(
            self.seed,
            &[10, u64::from(page.id.0), crate::chance::millis(at)],
        );
        at + chance.between(millis(0), millis(16))
    }

    /// Draws how late a timer fires that is due at `at`.
    pub(super) fn timer(&self, page: &Page, at: Duration, now: Duration) -> Duration {
        match page.life {
            Life::Visible | Life::Frozen | Life::Cached => self.signal(page, at, now),
            // Chrome lets timers of a page that is hidden for five minutes fire once a minute, and
            // once a second before.
            Life::Hidden { since } => {
                let throttled = now.saturating_sub(since) >= Duration::from_secs(300);
                let step: u64 = if throttled { 60_000 } else { 1_000 };
                // A timer never fires early, not even by a part of a millisecond.
                let at = at.max(now).saturating_add(ALMOST_A_MILLISECOND);
                let at = crate::chance::millis(at);
                millis(at.div_ceil(step).saturating_mul(step))
            }
        }
    }

    fn take(&mut self, leg: Leg, call: &Call) -> Option<Intent> {
        let is_refresh = matches!(call.asks, Asks::Refresh(_));
        let fits = |planned: &Planned| planned.leg == leg && (is_refresh || !planned.refresh);
        let at = self.planned.iter().position(fits)?;
        Some(self.planned.remove(at).intent)
    }

    fn chance(&self, purpose: u64, number: CallNumber) -> Chance {
        Chance::of(self.seed, &[purpose, u64::from(number.0)])
    }
}
