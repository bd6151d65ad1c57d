//! A part of a whole, and whether it is enough. Pure.

use std::fmt::{self, Display, Formatter};
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) part: u64,
    pub(crate) whole: u64,
}

impl Share {
    /// Whether the part is at least so many per cent; a part of nothing never is.
    pub(crate) const fn reaches(self, per_cent: u64) -> bool {
        self.whole > 0 && self.part * 100 >= self.whole * per_cent
    }

    pub(crate) const fn missing(self) -> u64 {
        self.whole - self.part
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
    }
}

/// Per cent with one digit, rounded down: only the whole is 100.0 %.
impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.part * 1000).checked_div(self.whole) {
            Some(per_mille) => f.pad(&format!("{}.{} %", per_mille / 10, per_mille % 10)),
            None => f.pad("-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(part: u64, whole: u64) -> Share {
        Share { part, whole }
    }

    #[test]
    fn the_limit_itself_is_enough() {
        assert!(share(9, 10).reaches(90));
        assert!(!share(899, 1000).reaches(90));
        assert!(!share(0, 0).reaches(0));
    }

    #[test]
    fn all_but_one_is_not_a_hundred_per_cent() {
        assert_eq!(share(9999, 10_000).to_string(), "99.9 %");
        assert_eq!(share(3, 3).to_string(), "100.0 %");
        assert_eq!(share(0, 0).to_string(), "-");
        assert_eq!(format!("{:>8}", share(1, 3)), "  33.3 %");
    }
}
