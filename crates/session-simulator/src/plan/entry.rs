//! One thing that a plan lets happen.

use std::{fmt, time::Duration};

use crate::{
    browser::{BrowserId, TabId},
    world::{Deed, Mishap},
};

/// One thing that a plan lets happen, and what repairs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Duration,
    /// What.
    pub act: Act,
    /// How long after it comes what repairs it, if something does.
    pub repair: Option<(Duration, Act)>,
}

/// What a plan lets happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// A person does this.
    Deed(Deed),
    /// A person turns to a tab and does what comes next there: opens it, logs in, answers a
    /// warning, works.
    Work {
        /// Where.
        tab: TabId,
        /// Chooses among the things that come next.
        choice: u8,
    },
    /// Something goes wrong, or is repaired.
    Mishap(Mishap),
    /// The network changes.
    Weather(Weather),
    /// The next call of a kind is held up on one leg of its way.
    HoldUp {
        /// Which leg.
        leg: Leg,
        /// For how long.
        delay: Duration,
        /// Whether only a refresh is meant.
        refresh: bool,
    },
    /// The next call is lost on one leg of its way.
    LoseNext {
        /// Which leg.
        leg: Leg,
        /// Whether only a refresh is meant.
        refresh: bool,
    },
    /// The page that refreshes next is stopped while it waits for the answer.
    FreezeAtRefresh,
    /// All sockets of a browser break.
    CutSockets(BrowserId),
    /// The server publishes.
    Publish,
}

/// A part of the way of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Leg {
    /// From the page to the server.
    Request,
    /// From the server to the browser.
    Answer,
    /// From the browser's network to its jar.
    Jar,
}

/// How the network is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Weather {
    /// Shortest time of one way.
    pub least: Duration,
    /// Longest time of one way.
    pub most: Duration,
    /// Of a thousand messages, how many are lost.
    pub loss: u16,
}

impl Act {
    /// Returns the name, for counts; `None` for what persons do.
    #[must_use]
    pub const fn trouble(self) -> Option<&'static str> {
        match self {
            Self::Deed(_) | Self::Work { .. } | Self::Publish | Self::Mishap(_) => None,
            Self::Weather(Weather { loss: 0, .. }) => Some("slow network"),
            Self::Weather(_) => Some("lossy network"),
            Self::HoldUp { leg, .. } => Some(match leg {
                Leg::Request => "request held up",
                Leg::Answer => "answer held up",
                Leg::Jar => "jar written late",
            }),
            Self::LoseNext { leg, .. } => Some(match leg {
                Leg::Request => "request lost",
                Leg::Answer | Leg::Jar => "answer lost",
            }),
            Self::FreezeAtRefresh => Some("frozen in the middle of a refresh"),
            Self::CutSockets(_) => Some("sockets cut"),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12.3}s  {:?}", self.at.as_secs_f64(), self.act)?;
        match self.repair {
            Some((after, act)) => write!(f, ", {:.3}s later {act:?}", after.as_secs_f64()),
            None => Ok(()),
        }
    }
}
