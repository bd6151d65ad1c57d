//! The tab that holds the socket for all, and how it lets go.
//!
//! Invariants: a tab leads with a term that is higher than any it has heard of, if there is one; a
//! tab that is not sure whether it still leads stands down; one whose leader is gone without a word
//! asks how the session is before it opens a socket, since the leader may be gone with it.

use std::{mem, time::Duration};

use session_protocol::{CloseCode, MAX_COUNT, SharedSocket, TabNotice, TabNoticeKind};

use super::{Client, Outcome};
use crate::{
    LockId,
    connection::Missing,
    seeded::SeededBug,
    tabs::{Claim, Follower, Leader, Role},
};

impl Client {
    pub(super) fn lock_granted(&mut self, lock: LockId) -> Outcome {
        let awaits = |follower: &Follower| follower.claim.awaits(lock);
        if self.token.waits_for(lock) {
            self.refresh_in_turn(lock);
        } else if self.holds(lock) {
            return Outcome::Ignored("the lock is held already");
        } else if matches!(&self.role, Role::Follower(follower) if awaits(follower)) {
            self.lead(lock);
        } else {
            // Nobody waits for it any more.
            self.release_lock(Some(lock));
        }
        Outcome::Acted
    }

    fn holds(&self, lock: LockId) -> bool {
        let held = match &self.role {
            Role::Alone => None,
            Role::Follower(follower) => follower.claim.held(),
            Role::Leader(leader) => Some(leader.lock),
        };
        held == Some(lock) || self.token.lock() == Some(lock)
    }

    fn lead(&mut self, lock: LockId) {
        let Role::Follower(follower) = &self.role else {
            return;
        };
        let abandoned = follower.is_abandoned();
        self.term = if self.has_bug(SeededBug::StealWithoutTerm) {
            self.term.max(1)
        } else {
            let next = self.term.saturating_add(1);
            next.max(millis(self.wall)).min(MAX_COUNT)
        };
        let others = self.news.knows_others();
        let hidden_since = (!self.visible).then_some(self.now);
        let warned = self.session.warned_of();
        let leader = Leader::new(lock, self.term, others, hidden_since, warned);
        self.role = Role::Leader(leader);
        self.connection.start();
        if abandoned {
            self.inquiry.want(self.now);
        }
        if self.inquiry.is_open() {
            self.connection.suspend(Missing::Verdict);
        }
        self.tell_leading();
    }

    /// The turn to refresh has come; without a network it passes to the next tab.
    fn refresh_in_turn(&mut self, lock: LockId) {
        if self.is_online() {
            self.refresh_now(Some(lock));
        } else {
            let turn = self.token.stop_waiting(self.now);
            self.release_lock(turn);
        }
    }

    /// A lock was taken from this tab, or refused: then this browser grants none.
    pub(super) fn lock_lost(&mut self, lock: LockId) -> Outcome {
        if self.has_bug(SeededBug::StealWithoutTerm) {
            return Outcome::Ignored("a leader leads on");
        }
        if self.token.waits_for(lock) {
            self.locks = false;
            self.token.stop_waiting(self.now);
            return Outcome::Acted;
        }
        if self.token.lock() == Some(lock) {
            // Its refresh goes on, beside that of whoever took the turn.
            self.token.end_turn();
            return Outcome::Acted;
        }
        match &self.role {
            Role::Leader(leader) if leader.lock == lock => {
                self.saw_steal();
                self.stand_down();
                self.follow();
                Outcome::Acted
            }
            Role::Follower(follower) if follower.claim.held() == Some(lock) => {
                self.queue_again();
                Outcome::Acted
            }
            Role::Follower(follower) if follower.claim.lock() == Some(lock) => {
                self.locks = false;
                self.go_alone();
                Outcome::Acted
            }
            Role::Alone | Role::Leader(_) | Role::Follower(_) => {
                Outcome::Ignored("the lock was not ours any more")
            }
        }
    }

    /// Lets the socket go. The caller says what this tab is next.
    pub(super) fn stand_down(&mut self) {
        self.topics.forget_others();
        let lost = self.connection.stop();
        self.close_socket(lost, CloseCode::NORMAL);
    }

    /// Lets the socket go, for this tab or for whoever is next. Returns the lock.
    pub(super) fn resign(&mut self, to: &str) -> Option<LockId> {
        let Role::Leader(leader) = &self.role else {
            return None;
        };
        let (lock, term) = (leader.lock, leader.term);
        self.stand_down();
        let to = to.to_owned();
        self.notify(TabNoticeKind::Resigned { term, to }, None);
        Some(lock)
    }

    /// Hands over to a tab, which takes the lock: given back, it would go to the next in the queue.
    fn hand_over(&mut self, to: &str) {
        if let Some(lock) = self.resign(to) {
            let until = self.now.saturating_add(self.policy.timing.leader_answer);
            self.follow_with(Claim::Handing { lock, until });
        }
    }

    pub(super) fn page_seen(&mut self, visible: bool) {
        if mem::replace(&mut self.visible, visible) == visible {
            return;
        }
        if let Role::Leader(leader) = &mut self.role {
            leader.hidden_since = (!visible).then_some(self.now);
            self.tell_leading();
        }
    }

    /// Tells the others how the socket is when that changes, and when there is something to ask the
    /// server about that only this tab hears.
    pub(super) fn keep_leading(&mut self) {
        let warning = self.session.warned_of();
        if let Role::Leader(leader) = &mut self.role {
            let told = mem::replace(&mut leader.told_warning, warning);
            if told != warning && leader.followed {
                self.notify(TabNoticeKind::Changed, None);
            }
        }
        let socket = mem::discriminant(&self.shared_socket());
        if matches!(&self.role, Role::Leader(leader) if mem::discriminant(&leader.told) != socket) {
            self.tell_leading();
        }
    }

    /// Returns how the socket of this tab is for those that share it.
    pub(super) fn shared_socket(&self) -> SharedSocket {
        self.connection.shared(self.now)
    }

    pub(super) fn tell_leading(&mut self) {
        let (socket, visible) = (self.shared_socket(), self.visible);
        if let Role::Leader(leader) = &mut self.role {
            leader.told = socket;
            let term = leader.term;
            let kind = TabNoticeKind::Leading {
                term,
                socket,
                visible,
            };
            self.notify(kind, None);
        }
    }

    /// A tab asks whether there is a leader; its own question proves that the channel carries. A
    /// leader answers while messages flow, or while the server itself keeps it from having them.
    pub(super) fn heard_question(
        &mut self,
        notice: &TabNotice,
        (visible, candidate): (bool, bool),
    ) -> Outcome {
        let own = notice.sender == self.news.me();
        let socket = self.shared_socket();
        match &mut self.role {
            Role::Follower(follower) if own => follower.heard_itself(notice.seq),
            Role::Follower(follower) if candidate && notice.sender.as_str() < self.news.me() => {
                follower.outranked(&notice.sender);
            }
            Role::Leader(leader) if !own => {
                leader.followed = true;
                let patience = self.policy.timing.hidden_patience;
                let hidden = leader.hidden_since;
                let rests = hidden.is_some_and(|since| self.now.saturating_sub(since) >= patience);
                match socket {
                    SharedSocket::Live | SharedSocket::Down if visible && rests => {
                        self.hand_over(&notice.sender);
                    }
                    SharedSocket::Down => {}
                    SharedSocket::Live | SharedSocket::Held(_) | SharedSocket::Refused => {
                        self.tell_leading();
                    }
                }
            }
            Role::Follower(_) | Role::Leader(_) | Role::Alone => {
                return Outcome::Ignored("the question is for the leader");
            }
        }
        Outcome::Acted
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
