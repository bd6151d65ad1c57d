//! A session with its family of refresh tokens: what the store keeps of it.
//!
//! Invariant: the effective deadline is the smaller of the idle and the absolute one, everywhere.

use std::time::Duration;

use session_protocol::EndReason;

use super::{FamilyId, Ledger, LiveSession, Policy, UserId};

/// A session with its family of refresh tokens. All of it is durable.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Family {
    /// Whose session it is.
    pub user: UserId,
    /// Whether the cookie outlives the browser.
    pub remember_me: bool,
    /// Generation of the current refresh token.
    pub generation: u32,
    /// When the current refresh token was last issued in place of its predecessor.
    pub rotated_at: Option<Duration>,
    /// When the current refresh token, or an access token issued with it, was first presented.
    /// Of no meaning before the first rotation.
    pub seen_at: Option<Duration>,
    /// Whether the current refresh token was issued again, after a lost answer.
    pub reissued: bool,
    /// How often the predecessor was tolerated.
    pub grace_uses: u8,
    /// The session ends here unless there is activity before.
    pub idle_deadline: Duration,
    /// The session ends here.
    pub absolute_deadline: Duration,
    /// When and why it ended, once it has.
    pub ended: Option<(Duration, EndReason)>,
    /// What really happened.
    pub ledger: Ledger,
}

impl Family {
    pub(super) fn begin(user: UserId, remember_me: bool, policy: &Policy, now: Duration) -> Self {
        let idle_deadline = now.saturating_add(policy.idle_timeout);
        let absolute_deadline = now.saturating_add(policy.absolute_timeout_of(remember_me));
        Self {
            user,
            remember_me,
            generation: 0,
            rotated_at: None,
            seen_at: None,
            reissued: false,
            grace_uses: 0,
            idle_deadline,
            absolute_deadline,
            ended: None,
            ledger: Ledger::begin(idle_deadline, absolute_deadline),
        }
    }

    /// Returns whether the store does not say that it ended. A limit may have passed.
    #[must_use]
    pub const fn is_living(&self) -> bool {
        self.ended.is_none()
    }

    /// Returns the deadline that comes first.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.idle_deadline.min(self.absolute_deadline)
    }

    /// Returns whether moving the idle deadline would move the end.
    #[must_use]
    pub fn is_extendable(&self) -> bool {
        self.idle_deadline < self.absolute_deadline
    }

    /// Returns why a limit ends the session at `now`, if one does.
    #[must_use]
    pub fn limit_passed(&self, now: Duration) -> Option<EndReason> {
        (self.deadline() <= now).then(|| {
            if self.is_extendable() {
                EndReason::SessionTimeout
            } else {
                EndReason::AbsoluteTimeout
            }
        })
    }

    /// Notes that a credential of this generation was presented.
    pub(super) fn saw(&mut self, generation: u32, now: Duration) {
        if self.rotated_at.is_some() && generation == self.generation {
            self.seen_at = self.seen_at.or(Some(now));
        }
    }

    /// Describes the living session for its user.
    pub(super) fn describe(&self, id: FamilyId, policy: &Policy, now: Duration) -> LiveSession {
        LiveSession {
            family: id,
            user: self.user,
            idle_remaining: self.idle_deadline.saturating_sub(now),
            absolute_remaining: self.absolute_deadline.saturating_sub(now),
            warning_lead: policy.warning_lead,
            extendable: self.is_extendable(),
        }
    }
}
