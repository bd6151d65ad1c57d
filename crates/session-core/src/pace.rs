//! How often something may be tried: a gap between two attempts, and a bound for any minute.
//!
//! Invariant: whoever asks for an attempt, and however often, the bounds of the [`Rate`] hold. A
//! `Retry-After` of the server counts like a longer gap.
//!
//! Source: the virtual scheduling form of the generic cell rate algorithm (ITU-T I.371).

use std::time::Duration;

use crate::policy::Rate;

/// The attempts of one kind.
#[derive(Clone, Copy, Debug, Default, Hash)]
pub(crate) struct Pace {
    /// No attempt begins before this time.
    earliest: Duration,
    /// When the attempts so far are paid for at the sustained rate.
    paid: Duration,
    /// Until when the server asked for silence.
    held: Duration,
}

impl Pace {
    /// Returns when the next attempt may begin.
    pub(crate) fn earliest(&self) -> Duration {
        self.earliest.max(self.held)
    }

    /// Returns until when the server asked for silence.
    pub(crate) const fn held_until(&self) -> Duration {
        self.held
    }

    /// Counts an attempt that begins now.
    pub(crate) fn spend(&mut self, now: Duration, rate: &Rate) {
        self.paid = self.paid.max(now).saturating_add(rate.sustained);
        let credit = rate.sustained.saturating_mul(rate.burst.saturating_sub(1));
        self.earliest = now
            .saturating_add(rate.gap)
            .max(self.paid.saturating_sub(credit));
    }

    /// Keeps attempts back until this time, because the server asked for it.
    pub(crate) fn hold_until(&mut self, at: Duration) {
        self.held = self.held.max(at);
    }

    /// Forgets what the server asked for: it spoke of something that is gone.
    pub(crate) fn forget_hold(&mut self) {
        self.held = Duration::ZERO;
    }
}
