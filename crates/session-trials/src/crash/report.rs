//! What a trial found, in numbers and, if need be, in words.

use std::{fmt, time::Duration};

use super::Violation;

/// What a trial found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Kills that were survived or not.
    pub cycles: u64,
    /// Answered logins.
    pub logins: u64,
    /// Answered refreshes.
    pub refreshes: u64,
    /// Refreshes that changed the cookie.
    pub rotations: u64,
    /// Answered logouts.
    pub logouts: u64,
    /// Answered notes.
    pub notes: u64,
    /// Older tokens that were presented after a kill.
    pub older_tokens: u64,
    /// Calls that were not answered.
    pub unanswered: u64,
    /// Calls that were answered by 503.
    pub unavailable: u64,
    /// Promises that were checked after kills.
    pub checks: u64,
    /// What contradicts a promise.
    pub violations: Vec<Violation>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Report {
    /// Adds what another one found.
    pub(super) fn add(&mut self, other: Self) {
        self.logins += other.logins;
        self.refreshes += other.refreshes;
        self.rotations += other.rotations;
        self.logouts += other.logouts;
        self.notes += other.notes;
        self.older_tokens += other.older_tokens;
        self.unanswered += other.unanswered;
        self.unavailable += other.unavailable;
        self.checks += other.checks;
        self.violations.extend(other.violations);
    }

    /// Counts violations of a kind.
    fn count(&self, is: fn(&Violation) -> bool) -> usize {
        self.violations
            .iter()
            .filter(|violation| is(violation))
            .count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        writeln!(f, "{} kills in {seconds:.1} s", self.cycles)?;
        let rows = [
            ("logins answered", self.logins),
            ("refreshes answered", self.refreshes),
            ("  of them rotations", self.rotations),
            ("logouts answered", self.logouts),
            ("notes answered", self.notes),
            ("calls without an answer", self.unanswered),
            ("calls answered by 503", self.unavailable),
            ("older tokens presented", self.older_tokens),
            ("promises checked", self.checks),
        ];
        for (name, number) in rows {
            writeln!(f, "{name:<26}{number:>9}")?;
        }
        let lost = self
            .count(|violation| matches!(violation, Violation::Lost(_) | Violation::NoteLost(_)));
        let resurrected = self.count(|violation| matches!(violation, Violation::Resurrected(_)));
        let other = self.violations.len() - lost - resurrected;
        write!(
            f,
            "{lost} lost, {resurrected} resurrected, {other} other violations"
        )?;
        for violation in self.violations.iter().take(20) {
            write!(f, "\n  {violation}")?;
        }
        Ok(())
    }
}
