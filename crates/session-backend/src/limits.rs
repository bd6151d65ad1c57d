//! What the limits of a session mean at a moment: alive or not, how long still, warned or not.
//!
//! Pure: a row, a policy and a moment in, an answer out. Invariant: the effective deadline is the
//! smaller of the idle and the absolute one, everywhere.

use std::time::Duration;

use session_protocol::{ActiveSession, EndReason, WarningCause};

use crate::{Moment, store::SessionRow};

/// The two deadlines of a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
    pub(crate) idle: Moment,
    pub(crate) absolute: Moment,
}

impl Limits {
    /// Returns the deadline that comes first.
    pub(crate) fn effective(self) -> Moment {
        self.idle.min(self.absolute)
    }

    /// Returns whether moving the idle deadline would move the end.
    pub(crate) fn is_extendable(self) -> bool {
        self.idle < self.absolute
    }

    /// Returns which limit ends the session.
    pub(crate) fn cause(self) -> WarningCause {
        if self.is_extendable() {
            WarningCause::Idle
        } else {
            WarningCause::Absolute
        }
    }

    /// Returns why the session is over at `now`, if a limit has passed.
    pub(crate) fn passed(self, now: Moment) -> Option<EndReason> {
        (self.effective() <= now).then(|| match self.cause() {
            WarningCause::Absolute => EndReason::AbsoluteTimeout,
            WarningCause::Idle | WarningCause::Admin => EndReason::SessionTimeout,
        })
    }

    /// Returns whether the user is to be warned at `now`.
    pub(crate) fn is_near(self, now: Moment, lead: Duration) -> bool {
        self.effective().since(now) <= lead
    }

    /// Returns whether only the absolute limit is near, which no extension can move.
    pub(crate) fn refuses_extension(self, now: Moment, lead: Duration) -> bool {
        !self.is_extendable() && self.is_near(now, lead)
    }
}

impl SessionRow {
    /// Returns the deadlines.
    pub(crate) const fn limits(&self) -> Limits {
        Limits {
            idle: self.state.idle_deadline,
            absolute: self.absolute_deadline,
        }
    }

    /// Returns why the session is over at `now`, if it is.
    pub(crate) fn end_reason(&self, now: Moment) -> Option<EndReason> {
        self.ended.or_else(|| self.limits().passed(now))
    }

    /// Describes the living session for its user.
    pub(crate) fn describe(&self, now: Moment, lead: Duration) -> ActiveSession {
        let limits = self.limits();
        ActiveSession {
            id: self.id.clone(),
            user: self.user.clone(),
            idle_remaining: Some(limits.idle.since(now)),
            absolute_remaining: Some(limits.absolute.since(now)),
            warning_lead: lead,
            extendable: limits.is_extendable(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAD: Duration = Duration::from_millis(20);

    #[test]
    fn the_smaller_deadline_decides_and_names_the_cause() {
        for (idle, absolute, at, reason) in [
            (100, 200, 99, None),
            (100, 200, 100, Some(EndReason::SessionTimeout)),
            (200, 100, 100, Some(EndReason::AbsoluteTimeout)),
            (100, 100, 100, Some(EndReason::AbsoluteTimeout)),
        ] {
            let limits = Limits {
                idle: Moment(idle),
                absolute: Moment(absolute),
            };
            assert_eq!(limits.passed(Moment(at)), reason, "{limits:?} at {at}");
        }
    }

    #[test]
    fn only_a_near_absolute_limit_refuses_an_extension() {
        let limits = |idle, absolute| Limits {
            idle: Moment(idle),
            absolute: Moment(absolute),
        };
        assert!(limits(200, 100).refuses_extension(Moment(80), LEAD));
        assert!(!limits(200, 100).refuses_extension(Moment(79), LEAD));
        assert!(!limits(90, 100).refuses_extension(Moment(80), LEAD));
    }
}
