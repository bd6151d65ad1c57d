//! One page: a client, and what the browser and the person see of it.
//!
//! Invariants: a page that is frozen or cached runs nothing, whatever is on its way to it; a request
//! of the application has at most one outcome.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use session_core::{Client, LockId, LockName, Moment, Phase, RequestId, SessionView};
use session_protocol::TabNotice;

use super::{Clocks, PageId, TabId, Word};
use crate::{
    aside::Aside,
    history::History,
    server::{FamilyId, UserId},
};

/// Lines of a page's record that are told in a story.
const LINES_TOLD: usize = 400;

/// Whether a page is seen, and whether it runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Life {
    /// It is seen.
    Visible,
    /// It runs in the background, since this time; its timers are late.
    Hidden {
        /// When it was hidden, on the true clock.
        since: Duration,
    },
    /// The browser stopped it (Page Lifecycle, frozen).
    Frozen,
    /// The person went on to another page; it waits in the back/forward cache.
    Cached,
}

/// What the application asked for and has no outcome of.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Wish {
    /// Identifies what it changes; nothing for a request that only reads.
    pub change: Option<u32>,
}

/// A page.
#[derive(Clone, Debug, Hash)]
pub struct Page {
    /// Its number.
    pub id: PageId,
    /// Whether it is seen and runs.
    pub life: Life,
    /// The client that runs in it.
    pub client: Client,
    /// Notices of other tabs that have not reached it.
    pub notices: VecDeque<TabNotice>,
    /// What the browser has to tell it about locks.
    pub words: VecDeque<Word>,
    /// Requests of the application without an outcome.
    pub wishes: BTreeMap<RequestId, Wish>,
    /// Whose protected data is on the page.
    pub shown: Option<UserId>,
    /// Locks that it asked for and has not given back.
    pub claims: BTreeMap<LockId, LockName>,
    /// When it began, on the true clock.
    began: Aside<Duration>,
    /// Where its monotonic clock began, on the browser's.
    origin: Duration,
    last_request: u64,
    /// Whether the page believes that there is a network.
    is_online: bool,
    /// What a user interface saw after the last step.
    pub view: Aside<SessionView>,
    /// What invariants remember of it.
    pub history: History,
}

impl Page {
    /// Begins a page with this client.
    #[must_use]
    pub fn new(id: PageId, client: Client, now: Duration, origin: Duration) -> Self {
        let view = Aside(client.view());
        Self {
            id,
            life: Life::Visible,
            client,
            notices: VecDeque::new(),
            words: VecDeque::new(),
            wishes: BTreeMap::new(),
            shown: None,
            claims: BTreeMap::new(),
            began: Aside(now),
            origin,
            last_request: 0,
            is_online: true,
            view,
            history: History::default(),
        }
    }

    /// Reads the clocks of the page.
    #[must_use]
    pub fn moment(&self, clocks: &Clocks, now: Duration) -> Moment {
        Moment {
            monotonic: clocks.monotonic(now).saturating_sub(self.origin),
            wall: clocks.wall(now),
        }
    }

    /// Returns the true time of the client's next deadline.
    #[must_use]
    pub fn next_deadline(&self, clocks: &Clocks) -> Option<Duration> {
        let deadline = self.client.next_deadline()?;
        Some(clocks.true_time(deadline.saturating_add(self.origin)))
    }

    /// Returns whether scripts run in it.
    #[must_use]
    pub const fn runs(&self) -> bool {
        matches!(self.life, Life::Visible | Life::Hidden { .. })
    }

    /// Returns whether it is seen.
    #[must_use]
    pub const fn is_visible(&self) -> bool {
        matches!(self.life, Life::Visible)
    }

    /// Returns whether a session lives in it.
    #[must_use]
    pub fn lives(&self) -> bool {
        lives(&self.view.phase)
    }

    /// Returns whose session the user interface says it is.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.view.user().and_then(|user| UserId::of_id(&user.id))
    }

    /// Returns the session that lives in it.
    #[must_use]
    pub fn session(&self) -> Option<FamilyId> {
        self.client.session_id().and_then(FamilyId::of_session)
    }

    /// Returns the end of the client's record.
    #[must_use]
    pub fn story(&self, tab: TabId) -> (TabId, PageId, Duration, Vec<String>) {
        let newest_first = self.client.timeline().entries().rev().take(LINES_TOLD);
        let lines = newest_first.map(|entry| {
            let at = Duration::from_millis(entry.at_ms).as_secs_f64();
            let (epoch, kind, name, detail) =
                (entry.epoch, entry.kind.name(), entry.name, &entry.detail);
            let again = if entry.count > 1 {
                format!(" ({} times)", entry.count)
            } else {
                String::new()
            };
            format!("{at:>12.3}s  epoch {epoch}  {kind:<10} {name} {detail}{again}")
        });
        let mut lines: Vec<_> = lines.collect();
        lines.reverse();
        (tab, self.id, *self.began, lines)
    }

    /// Takes in whether there is a network; returns whether that is news.
    pub const fn learn_network(&mut self, is_online: bool) -> bool {
        let is_news = self.is_online != is_online;
        self.is_online = is_online;
        is_news
    }

    /// Gives out the number of the next request of the application.
    pub const fn next_request(&mut self) -> RequestId {
        self.last_request += 1;
        RequestId(self.last_request)
    }
}

/// Returns whether a session lives in this phase.
#[must_use]
pub const fn lives(phase: &Phase) -> bool {
    match phase {
        Phase::Active { .. } | Phase::Warned { .. } => true,
        Phase::Restoring | Phase::Anonymous { .. } | Phase::Expired { .. } | Phase::LoggingOut => {
            false
        }
    }
}
