//! How far the page may rely on what it knows of the session.
//!
//! Two clocks are read with every input. If they drift apart, or the page did not run for long, or
//! the known end of the session has passed, then only the server knows how the session is.
//! Invariants: no clock ends a session; only the server's word makes it verified again; what
//! covers a page is never weaker than what made it unverified.
//!
//! Source: High Resolution Time (a monotonic clock may stop in sleep, and on some systems does not).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Moment,
    policy::{CLOCK_TOLERANCE, DRIFT_PATIENCE, LONG_SLEEP},
};

/// How far the page may rely on what it knows of the session.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Assurance {
    /// The server's last word holds.
    Verified,
    /// The clocks disagree: the server is being asked. What is shown may stay.
    Unverified,
    /// The session may be over: what is protected must not be readable until the server has
    /// answered. Nothing is removed, since it may as well be alive.
    Covered,
}

impl Assurance {
    /// Returns the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "Verified",
            Self::Unverified => "Unverified",
            Self::Covered => "Covered",
        }
    }
}

/// The clocks of a page and what they say about the session.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Reckoning {
    assurance: Assurance,
    /// The reading that drift is measured from.
    base: Moment,
    /// The latest reading of the monotonic clock.
    latest: Duration,
    /// How far the wall clock went ahead since the server's last word: time that the monotonic
    /// clock may have slept through.
    ahead: Duration,
    /// When the drift was noticed. Nobody can tell a set clock from a sleep, so the server has a
    /// moment to answer before anything is covered for it.
    drifted_at: Option<Duration>,
    /// When the server last spoke.
    verified_at: Duration,
}

impl Reckoning {
    pub(crate) const fn new(now: Moment) -> Self {
        Self {
            assurance: Assurance::Verified,
            base: now,
            latest: now.monotonic,
            ahead: Duration::ZERO,
            drifted_at: None,
            verified_at: now.monotonic,
        }
    }

    pub(crate) const fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// Takes a reading in; returns whether it makes the session unverified. Time on the monotonic
    /// clock never goes back, whatever the shell says. A page that is late for what it had planned
    /// did not run.
    pub(crate) fn read(&mut self, now: Moment, planned: impl Fn() -> Option<Duration>) -> bool {
        let monotonic = now.monotonic.max(self.latest);
        let expected = self
            .base
            .wall
            .saturating_add(monotonic.saturating_sub(self.base.monotonic));
        let forward = now.wall.saturating_sub(expected);
        let drifted = now.wall.abs_diff(expected) > CLOCK_TOLERANCE;
        let mut slept = monotonic.saturating_sub(self.latest);
        if slept >= LONG_SLEEP {
            slept = planned().map_or(Duration::ZERO, |at| monotonic.saturating_sub(at));
        }
        if drifted {
            self.ahead = self.ahead.saturating_add(forward);
            slept = slept.saturating_add(forward);
            self.drifted_at = Some(monotonic);
            self.base = Moment {
                monotonic,
                wall: now.wall,
            };
        }
        self.latest = monotonic;
        if slept >= LONG_SLEEP {
            self.assurance = Assurance::Covered;
        } else if drifted {
            self.assurance = self.assurance.max(Assurance::Unverified);
        }
        drifted || slept >= LONG_SLEEP
    }

    /// The known end of the session has passed, or the page comes back from where it was kept.
    pub(crate) fn cover(&mut self) {
        self.assurance = Assurance::Covered;
    }

    /// The server vouched for the session, or a session began or ended.
    pub(crate) fn verify(&mut self) {
        self.assurance = Assurance::Verified;
        self.ahead = Duration::ZERO;
        self.drifted_at = None;
        self.verified_at = self.latest;
    }

    /// Returns the monotonic time at which the page, as far as it knows, has reached `at` and the
    /// server had a moment to say otherwise.
    pub(crate) fn reached(&self, at: Duration) -> Duration {
        let answered = self.drifted_at.map(|at| at.saturating_add(DRIFT_PATIENCE));
        at.saturating_sub(self.ahead)
            .max(answered.unwrap_or_default())
    }

    /// Returns whether the server's last word is older than `age`.
    pub(crate) fn is_stale(&self, age: Duration) -> bool {
        self.latest.saturating_sub(self.verified_at) > age
    }
}
