//! One step of a life: what happens, and what it costs.

use session_simulator::{
    server::ConnectionId,
    world::{Action, Deed, Mishap},
};

use crate::budget::Cost;

/// What happens next.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Move {
    /// Something that was on its way arrives, or something that is due is done.
    Next(Action),
    /// Time passes until something is due; nothing is on its way.
    Wait,
    /// Time passes until something more is due, although something is on its way or due already.
    Stall,
    /// A person turns to a tab and does something there.
    Deed(Deed),
    /// Something on its way is lost.
    Lose(Action),
    /// A frame on its way to a page cannot be read any more.
    Spoil(ConnectionId),
    /// The server stops, what it was about to commit or to answer is gone, and it starts again.
    Crash,
    /// Something else goes wrong.
    Mishap(Mishap),
    /// Something is repaired.
    Repair(Mishap),
    /// A thief copies the jar.
    Copy(Mishap),
    /// A thief presents something.
    Present(Mishap),
}

impl Move {
    pub(crate) const fn cost(self) -> Cost {
        match self {
            Self::Next(_) | Self::Wait | Self::Repair(_) | Self::Copy(_) => Cost::Nothing,
            Self::Deed(_) => Cost::Deed,
            Self::Stall
            | Self::Lose(_)
            | Self::Spoil(_)
            | Self::Crash
            | Self::Mishap(_)
            | Self::Present(_) => Cost::Fault,
        }
    }

    /// Returns whether something goes wrong.
    #[must_use]
    pub fn is_fault(self) -> bool {
        self.cost() == Cost::Fault
    }
}
