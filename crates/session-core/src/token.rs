//! The access token: in memory, in one place, and never longer than it may be used.
//!
//! Invariants: the token can be read through [`AccessToken::expose`] only, and `Debug` never shows
//! it; at most one refresh is under way; two refreshes never begin within the gap, whoever asks; a
//! failed refresh is followed by a wait; when the session ends nothing of the token stays.

use std::{fmt, time::Duration};

use session_protocol::Secret;

use crate::{
    CallId, LockId, backoff,
    draw::Draw,
    pace::Pace,
    policy::{BACKOFF_BASE, Rate, Timing},
};

/// An access token (RFC 6750), handed to the shell for one header or one socket message.
///
/// # Security
///
/// There is no `Display` and no `Serialize`, and `Debug` is redacted. Adapters call
/// [`AccessToken::expose`] at the moment of sending and keep no copy.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct AccessToken(Secret);

impl AccessToken {
    pub(crate) const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// Returns the text of the token.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub(crate) fn secret(&self) -> Secret {
        self.0.clone()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

/// A token with its end, and a number that tells it from its successors.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Held {
    pub(crate) token: AccessToken,
    pub(crate) number: u64,
    ends_at: Duration,
}

/// Where the next token comes from.
#[derive(Clone, Debug, Hash)]
enum Renewal {
    /// Nobody asks for one.
    None,
    /// A refresh is due at this time.
    Due(Duration),
    /// A refresh waits for its turn among the tabs, until the time after which it goes ahead.
    Waiting { lock: LockId, until: Duration },
    /// A refresh is under way.
    UnderWay { call: CallId, lock: Option<LockId> },
    /// A refresh failed; the next one is due at this time.
    CoolingDown(Duration),
}

/// The token part of the client.
#[derive(Clone, Debug, Hash)]
pub(crate) struct TokenHolder {
    held: Option<Held>,
    renewal: Renewal,
    failures: u32,
    granted: u64,
    /// Tokens up to this number belong to a session before.
    foreign: u64,
    /// Outlives the session, since the server is the same.
    pace: Pace,
}

impl TokenHolder {
    pub(crate) fn new() -> Self {
        Self {
            held: None,
            renewal: Renewal::None,
            failures: 0,
            granted: 0,
            foreign: 0,
            pace: Pace::default(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match (&self.held, &self.renewal) {
            (_, Renewal::Waiting { .. } | Renewal::UnderWay { .. }) => "Refreshing",
            (_, Renewal::CoolingDown(_)) => "CoolingDown",
            (Some(_), Renewal::None | Renewal::Due(_)) => "Valid",
            (None, Renewal::None | Renewal::Due(_)) => "Absent",
        }
    }

    /// Returns the token if it may still be used.
    pub(crate) fn usable(&self, now: Duration) -> Option<&Held> {
        self.held.as_ref().filter(|held| held.ends_at > now)
    }

    /// Takes a fresh token in and plans the next refresh.
    pub(crate) fn grant(
        &mut self,
        secret: Secret,
        lifetime: Duration,
        now: Duration,
        timing: &Timing,
        draw: &mut Draw,
    ) {
        let lifetime = if lifetime.is_zero() {
            timing.assumed_lifetime
        } else {
            lifetime.max(timing.shortest_lifetime)
        };
        let refresh_after = timing.refresh_after(lifetime, |limit| draw.up_to(limit));
        self.granted += 1;
        self.held = Some(Held {
            token: AccessToken::new(secret),
            number: self.granted,
            ends_at: now.saturating_add(lifetime),
        });
        // What the server asked for after a failure was about the token that failed.
        self.pace.forget_hold();
        let at = now.saturating_add(refresh_after);
        self.renewal = Renewal::Due(at.max(self.pace.earliest()));
        self.failures = 0;
    }

    /// Drops the token with this number: the server no longer takes it.
    pub(crate) fn reject(&mut self, number: u64) {
        if self.held.as_ref().is_some_and(|held| held.number == number) {
            self.held = None;
        }
    }

    /// Returns whether a refresh may begin: none is under way and no wait is running. One that
    /// comes too soon after the last is planned for the end of the gap.
    pub(crate) fn may_refresh(&mut self, now: Duration) -> bool {
        match self.renewal {
            Renewal::None | Renewal::Due(_) if self.pace.earliest() > now => {
                self.renewal = Renewal::Due(self.pace.earliest());
                false
            }
            Renewal::None | Renewal::Due(_) => true,
            Renewal::Waiting { .. } | Renewal::UnderWay { .. } => false,
            Renewal::CoolingDown(until) => until <= now,
        }
    }

    /// The refresh waits for its turn, not longer than `patience`.
    pub(crate) fn wait_for(&mut self, lock: LockId, now: Duration, patience: Duration) {
        let until = now.saturating_add(patience);
        self.renewal = Renewal::Waiting { lock, until };
    }

    /// The refresh goes on waiting for its turn, not longer than `patience` from now.
    pub(crate) fn wait_anew(&mut self, now: Duration, patience: Duration) {
        if let Renewal::Waiting { until, .. } = &mut self.renewal {
            *until = now.saturating_add(patience);
        }
    }

    /// Returns whether the refresh waits for this lock.
    pub(crate) fn waits_for(&self, lock: LockId) -> bool {
        matches!(self.renewal, Renewal::Waiting { lock: awaited, .. } if awaited == lock)
    }

    /// Returns when the wait for the lock is over.
    pub(crate) const fn lock_deadline(&self) -> Option<Duration> {
        if let Renewal::Waiting { until, .. } = self.renewal {
            Some(until)
        } else {
            None
        }
    }

    /// The refresh waits no longer; it is due. Returns the lock to withdraw from.
    pub(crate) fn stop_waiting(&mut self, now: Duration) -> Option<LockId> {
        if let Renewal::Waiting { lock, .. } = self.renewal {
            self.renewal = Renewal::Due(now);
            Some(lock)
        } else {
            None
        }
    }

    /// Returns the lock that the refresh holds or waits for.
    pub(crate) const fn lock(&self) -> Option<LockId> {
        match self.renewal {
            Renewal::Waiting { lock, .. } => Some(lock),
            Renewal::UnderWay { lock, .. } => lock,
            Renewal::None | Renewal::Due(_) | Renewal::CoolingDown(_) => None,
        }
    }

    /// The turn to refresh is over. Returns the lock to give back.
    pub(crate) fn end_turn(&mut self) -> Option<LockId> {
        if let Renewal::UnderWay { lock, .. } = &mut self.renewal {
            lock.take()
        } else {
            None
        }
    }

    /// The page is about to stop, and keeps nobody waiting: its turn passes, and comes again when it
    /// runs, or after this pause. Returns the lock to give back.
    pub(crate) fn give_lock_back(&mut self, now: Duration, pause: Duration) -> Option<LockId> {
        let waited = self.stop_waiting(now);
        if waited.is_some() {
            self.renewal = Renewal::CoolingDown(now.saturating_add(pause));
        }
        waited.or_else(|| self.end_turn())
    }

    pub(crate) fn refresh_began(
        &mut self,
        call: CallId,
        lock: Option<LockId>,
        now: Duration,
        rate: &Rate,
    ) {
        self.renewal = Renewal::UnderWay { call, lock };
        self.pace.spend(now, rate);
    }

    /// Returns whether this call is the refresh under way.
    pub(crate) fn awaits(&self, call: CallId) -> bool {
        matches!(self.renewal, Renewal::UnderWay { call: awaited, .. } if awaited == call)
    }

    /// Plans the next attempt after a failed one, not before the server's `Retry-After`.
    pub(crate) fn cool_down(
        &mut self,
        now: Duration,
        retry_after: Option<Duration>,
        draw: &mut Draw,
    ) {
        self.failures = self.failures.saturating_add(1);
        let mut at = now.saturating_add(backoff::wait(self.failures, draw));
        if let Some(told) = retry_after {
            self.pace.hold_until(now.saturating_add(told));
            at = self
                .pace
                .earliest()
                .saturating_add(draw.up_to(BACKOFF_BASE));
        }
        self.renewal = Renewal::CoolingDown(at.max(self.pace.earliest()));
    }

    /// Ends a wait early, because the network came back; not one that the server asked for.
    pub(crate) fn end_wait(&mut self, now: Duration) {
        if let Renewal::CoolingDown(until) = &mut self.renewal {
            *until = now.max(self.pace.earliest());
        }
    }

    /// Forgets everything.
    pub(crate) fn wipe(&mut self) {
        *self = Self {
            granted: self.granted,
            foreign: self.foreign,
            pace: self.pace,
            ..Self::new()
        };
    }

    /// Tokens that were granted so far belong to a session before.
    pub(crate) fn begin_session(&mut self) {
        self.foreign = self.granted;
    }

    /// Returns whether the token of this number belongs to the session.
    pub(crate) const fn is_of_session(&self, number: u64) -> bool {
        number > self.foreign
    }

    /// Returns whether the last attempt to refresh failed.
    pub(crate) const fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Returns when a refresh is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.renewal {
            Renewal::None => None,
            Renewal::Due(at) => Some(at),
            Renewal::Waiting { .. } => None,
            Renewal::UnderWay { .. } => None,
            Renewal::CoolingDown(until) => Some(until),
        }
    }
}
