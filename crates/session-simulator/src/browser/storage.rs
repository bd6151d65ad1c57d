//! What a browser keeps for the pages of one origin: the presence marker and the drafts.
//!
//! Invariant: storage that is full or throws refuses writes and loses nothing; storage that throws
//! cannot be read either.

use std::collections::BTreeMap;

use session_core::{Milestone, Presence};

use crate::server::UserId;

/// Whether storage works.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Health {
    /// It reads and writes.
    #[default]
    Works,
    /// It reads; writing is refused (quota).
    Full,
    /// Every access throws (`SecurityError`).
    Throws,
}

/// The storage of one browser.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Storage {
    health: Health,
    presence: Presence,
    /// Characters of each user's draft.
    drafts: BTreeMap<UserId, u32>,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            health: Health::Works,
            presence: Presence::Unknown,
            drafts: BTreeMap::new(),
        }
    }
}

impl Storage {
    /// Breaks storage, or repairs it.
    pub const fn set_health(&mut self, health: Health) {
        self.health = health;
    }

    /// Returns whether a write would be kept.
    #[must_use]
    pub fn takes_writes(&self) -> bool {
        self.health == Health::Works
    }

    /// Returns whether it can be read.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.health != Health::Throws
    }

    /// Reads the presence marker.
    #[must_use]
    pub fn presence(&self) -> Presence {
        match self.health {
            Health::Works | Health::Full => self.presence.clone(),
            Health::Throws => Presence::Unknown,
        }
    }

    /// Moves the presence marker on; returns whether what is to be remembered is kept. Removing
    /// needs no room.
    pub fn remember(&mut self, milestone: &Milestone) -> bool {
        let next = self.presence().after(milestone);
        let kept = match self.health {
            Health::Works => true,
            Health::Full => next == Presence::Unknown || next == self.presence,
            Health::Throws => false,
        };
        if kept {
            self.presence = next;
        }
        kept
    }

    /// Reads the length of a draft.
    #[must_use]
    pub fn draft(&self, user: UserId) -> u32 {
        match self.health {
            Health::Works | Health::Full => self.drafts.get(&user).copied().unwrap_or_default(),
            Health::Throws => 0,
        }
    }

    /// Keeps a draft of this length; returns whether it was kept.
    pub fn keep_draft(&mut self, user: UserId, length: u32) -> bool {
        let kept = self.takes_writes();
        if kept {
            self.drafts.insert(user, length);
        }
        kept
    }

    /// Deletes the drafts of a user.
    pub fn forget_drafts(&mut self, user: UserId) {
        if self.health != Health::Throws {
            self.drafts.remove(&user);
        }
    }

    /// The browser or its user deletes everything.
    pub fn clear(&mut self) {
        self.presence = Presence::Unknown;
        self.drafts.clear();
    }
}
