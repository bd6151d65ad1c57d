//! How much of what costs something may still happen.
//!
//! Invariant: what is spent never comes back, so that a life is finite.

/// How much may still happen.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Budget {
    /// Things that go wrong, what a thief presents included.
    pub faults: u8,
    /// Things that a person does.
    pub deeds: u8,
}

/// What a move costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cost {
    /// Nothing: it was on its way, or repairs something.
    Nothing,
    /// A fault.
    Fault,
    /// A deed.
    Deed,
}

impl Budget {
    /// Returns whether this can be paid.
    pub(crate) const fn affords(self, cost: Cost) -> bool {
        match cost {
            Cost::Nothing => true,
            Cost::Fault => self.faults > 0,
            Cost::Deed => self.deeds > 0,
        }
    }

    /// Pays.
    pub(crate) const fn pay(&mut self, cost: Cost) {
        match cost {
            Cost::Nothing => {}
            Cost::Fault => self.faults = self.faults.saturating_sub(1),
            Cost::Deed => self.deeds = self.deeds.saturating_sub(1),
        }
    }
}
