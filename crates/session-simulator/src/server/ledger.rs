//! What really happened to a family, noted by an observer that believes only facts.
//!
//! Invariants: nothing that a seeded bug changes is read here; a ledger only grows by what an
//! invariant asks for, in flags and small counters, so that equal histories are equal states.

use std::time::Duration;

use super::{Judgement, Party};

/// What really happened to a family.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Ledger {
    /// The absolute deadline that was promised at login.
    pub absolute_deadline: Duration,
    /// The idle deadline by the user's own acts.
    pub idle_deadline: Duration,
    /// When the current refresh token was last issued in place of its predecessor.
    pub rotated_at: Option<Duration>,
    /// Rotations less than the grace after the one before.
    pub rotations_too_early: u8,
    /// Requests and socket operations that were accepted after the end.
    pub accepted_after_end: u8,
    marks: u8,
    /// Newest generation whose credentials the owner used.
    pub used_by_owner: Option<u32>,
    /// Newest generation whose credentials the thief used.
    pub used_by_thief: Option<u32>,
}

/// Something that happened to a family at least once.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
pub enum Mark {
    /// Reuse was detected.
    Alarmed = 1,
    /// A theft that showed itself was overlooked.
    TheftOverlooked = 2,
    /// An answer deleted or replaced the cookie while the family lived.
    CookieSpoiled = 4,
    /// Somebody else than the owner presented a credential.
    ThiefSeen = 8,
    /// A crash of the browser may have given its jar an older refresh token.
    JarRolledBack = 16,
}

impl Ledger {
    pub(super) const fn begin(idle_deadline: Duration, absolute_deadline: Duration) -> Self {
        Self {
            absolute_deadline,
            idle_deadline,
            rotated_at: None,
            rotations_too_early: 0,
            accepted_after_end: 0,
            marks: 0,
            used_by_owner: None,
            used_by_thief: None,
        }
    }

    /// Returns whether this happened.
    #[must_use]
    pub const fn has(&self, mark: Mark) -> bool {
        self.marks & mark as u8 != 0
    }

    pub(super) const fn mark(&mut self, mark: Mark) {
        self.marks |= mark as u8;
    }

    /// Returns whether the session is over by its promised limits.
    pub(super) fn limit_passed(&self, now: Duration) -> bool {
        self.idle_deadline.min(self.absolute_deadline) <= now
    }

    /// Returns whether the last rotation is less than the grace ago.
    pub(super) fn in_grace(&self, grace: Duration, now: Duration) -> bool {
        let end = self.rotated_at.map(|at| at.saturating_add(grace));
        end.is_some_and(|end| now < end)
    }

    /// A credential of this generation was presented.
    pub(super) fn used(&mut self, party: Party, generation: u32) {
        let used = match party {
            Party::Owner => &mut self.used_by_owner,
            Party::Thief => {
                self.marks |= Mark::ThiefSeen as u8;
                &mut self.used_by_thief
            }
        };
        *used = (*used).max(Some(generation));
    }

    /// A refresh token was presented and this was decided about it.
    pub(super) fn judged(
        &mut self,
        party: Party,
        generation: u32,
        judgement: Judgement,
        outside_grace: bool,
    ) {
        let used_by_other = match party {
            Party::Owner => self.used_by_thief,
            Party::Thief => self.used_by_owner,
        };
        self.used(party, generation);
        match judgement {
            Judgement::Reuse => self.mark(Mark::Alarmed),
            Judgement::Rotate
            | Judgement::Reissue
            | Judgement::Tolerate
            | Judgement::Wait { .. } => {
                if outside_grace && used_by_other > Some(generation) {
                    self.mark(Mark::TheftOverlooked);
                }
            }
        }
    }

    /// The refresh token was replaced by its successor.
    pub(super) fn rotated(&mut self, grace: Duration, now: Duration) {
        if self.in_grace(grace, now) {
            self.rotations_too_early = self.rotations_too_early.saturating_add(1);
        }
        self.rotated_at = Some(now);
    }

    /// The same successor was issued again.
    pub(super) const fn reissued(&mut self, now: Duration) {
        self.rotated_at = Some(now);
    }

    /// The user did something, or asked for more time.
    pub(super) fn user_acted(&mut self, idle_timeout: Duration, now: Duration) {
        self.idle_deadline = now.saturating_add(idle_timeout);
    }

    /// A request or socket operation was accepted although the session was over.
    pub(super) const fn accepted_after_end(&mut self) {
        self.accepted_after_end = self.accepted_after_end.saturating_add(1);
    }
}
