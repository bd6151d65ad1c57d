//! Numbers against their bounds.

use std::{fmt, time::Duration};

/// One number and its bound.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The number.
    pub found: f64,
    /// What it may be at most, if anything bounds it.
    pub at_most: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
}

impl Row {
    /// Returns whether the number is within its bound.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.at_most.is_none_or(|most| self.found <= most)
    }
}

/// A table of numbers.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// Adds a number that is bounded.
    pub(super) fn bounded(&mut self, what: &str, found: f64, at_most: f64, unit: &'static str) {
        self.push(what, found, Some(at_most), unit);
    }

    /// Adds a number that is told only.
    pub(super) fn told(&mut self, what: &str, found: f64, unit: &'static str) {
        self.push(what, found, None, unit);
    }

    fn push(&mut self, what: &str, found: f64, at_most: Option<f64>, unit: &'static str) {
        let what = what.to_owned();
        let row = Row {
            what,
            found,
            at_most,
            unit,
        };
        println!("{row}");
        self.rows.push(row);
    }

    /// Returns whether all numbers are within their bounds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.rows.iter().all(Row::holds)
    }

    /// Returns a number by its name.
    #[must_use]
    pub fn number(&self, what: &str) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.what == what)?;
        Some(row.found)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<58}{:>11.1} {:<7}", self.what, self.found, self.unit)?;
        match self.at_most {
            None => Ok(()),
            Some(most) if self.holds() => write!(f, " at most {most} ok"),
            Some(most) => write!(f, " at most {most} MISSED"),
        }
    }
}

/// Returns the number that this share of all numbers does not exceed, if there are any.
#[must_use]
pub fn percentile(numbers: &mut [Duration], share: f64) -> Option<Duration> {
    numbers.sort_unstable();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank among a few million"
    )]
    let rank = (share * numbers.len() as f64).ceil() as usize;
    numbers.get(rank.saturating_sub(1)).copied()
}

/// Writes a duration as seconds. None is no number, and misses every bound.
pub(super) fn seconds(duration: Option<Duration>) -> f64 {
    duration.map_or(f64::NAN, |duration| duration.as_secs_f64())
}

/// Writes a duration as milliseconds.
pub(super) fn millis(duration: Option<Duration>) -> f64 {
    seconds(duration) * 1_000.0
}

/// Writes a count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
pub(super) const fn number(count: u64) -> f64 {
    count as f64
}

/// Writes a length as a number.
#[expect(clippy::cast_precision_loss, reason = "lengths below 2^52")]
pub(super) const fn many(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_numbers() {
        let mut numbers: Vec<_> = (1..=100).rev().map(Duration::from_millis).collect();
        let mut at = |share| percentile(&mut numbers, share).map(|found| found.as_millis());
        assert_eq!(
            [at(0.5), at(0.99), at(1.0), at(0.0)],
            [50, 99, 100, 1].map(Some)
        );
        assert_eq!(percentile(&mut [], 0.99), None);
    }

    #[test]
    fn a_bound_that_is_missed_is_told() {
        let mut table = Table::default();
        table.told("a", 9.0, "s");
        table.bounded("b", 1.0, 1.0, "s");
        assert!(table.holds());
        table.bounded("c", 1.1, 1.0, "s");
        assert!(!table.holds());
        let mut table = Table::default();
        table.bounded("nothing", millis(percentile(&mut [], 0.99)), 1_000.0, "ms");
        assert!(!table.holds(), "what was not measured keeps no bound");
        let mut table = Table::default();
        table.bounded("c", 1.1, 1.0, "s");
        assert_eq!(table.number("c"), Some(1.1));
    }
}
