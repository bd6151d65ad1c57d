//! The tabs that follow: how they queue, watch the one that leads, and take its place.
//!
//! Invariants: a follower has no socket of its own; it has one claim on the lock at most, and none
//! while its page is about to stop.

use std::time::Duration;

use session_protocol::{CloseCode, SharedSocket, TabNoticeKind};

use super::{Client, Outcome};
use crate::{
    Effect, LockId, LockName,
    connection::Missing,
    seeded::SeededBug,
    session::Facts,
    tabs::{Claim, Due, Follower, Role, told_wait},
};

impl Client {
    /// A session began: this tab follows until the lock is its own, or holds its own socket where
    /// tabs cannot share.
    pub(super) fn join_tabs(&mut self) {
        let told = self.session.facts().is_some_and(Facts::is_told);
        if self.shares() && told {
            self.follow();
            return;
        }
        self.connection.start();
        if self.shares() && self.inquiry.is_open() {
            self.connection.suspend(Missing::Name);
        }
    }

    /// Returns whether tabs of this browser can share a socket.
    pub(super) fn shares(&self) -> bool {
        self.locks && self.policy.notifies_tabs
    }

    /// Nothing is shared any more. The socket is the caller's business.
    pub(super) fn leave_tabs(&mut self) {
        let lock = match std::mem::replace(&mut self.role, Role::Alone) {
            Role::Alone => None,
            Role::Follower(follower) => follower.claim.lock(),
            Role::Leader(leader) => Some(leader.lock),
        };
        self.release_lock(lock);
        self.topics.forget_others();
    }

    /// Tabs of this browser cannot share: this one opens a socket of its own.
    pub(super) fn go_alone(&mut self) {
        self.leave_tabs();
        self.connection.start();
    }

    /// The channel does not carry what this tab says: it shares nothing, and a socket that it has is
    /// its own.
    pub(super) fn notice_unsent(&mut self) -> Outcome {
        match self.role {
            Role::Alone => return Outcome::Ignored("this tab shares nothing"),
            Role::Leader(_) => self.leave_tabs(),
            Role::Follower(_) => self.go_alone(),
        }
        Outcome::Acted
    }

    pub(super) fn release_lock(&mut self, lock: Option<LockId>) {
        if let Some(lock) = lock {
            self.order(Effect::ReleaseLock { lock });
        }
    }

    pub(super) fn request_lock(&mut self, name: LockName, steal: bool) -> LockId {
        let lock = self.ids.lock();
        self.order(Effect::RequestLock { lock, name, steal });
        lock
    }

    /// Waits for the lock like any other tab.
    pub(super) fn follow(&mut self) {
        let lock = self.request_lock(LockName::Leader, false);
        self.follow_with(Claim::Waiting(lock));
    }

    pub(super) fn follow_with(&mut self, claim: Claim) {
        let spread = self.draw.up_to(self.policy.timing.leader_answer / 2);
        self.role = Role::Follower(Follower::new(claim, spread, self.now));
    }

    /// A follower waits for the lock again, and knows its leader as before.
    pub(super) fn queue_again(&mut self) {
        let lock = self.request_lock(LockName::Leader, false);
        if let Role::Follower(follower) = &mut self.role {
            follower.claim = Claim::Waiting(lock);
        }
    }

    /// The page is about to stop, perhaps for good: a lock that it holds would block the others, and
    /// no browser keeps a page with an open socket. What the leader says meanwhile may not be heard.
    pub(super) fn step_aside(&mut self) -> Outcome {
        self.inquiry.forget_answer();
        let timing = &self.policy.timing;
        let turn = self.token.give_lock_back(self.now, timing.lock_patience);
        self.release_lock(turn);
        if let Role::Alone = self.role {
            let lost = self.connection.suspend(Missing::Verdict);
            self.close_socket(lost, CloseCode::NORMAL);
        }
        let held = self.resign("");
        if held.is_some() {
            self.release_lock(held);
            self.follow_with(Claim::None);
        }
        if let Role::Follower(follower) = &mut self.role {
            let lock = std::mem::replace(&mut follower.claim, Claim::None).lock();
            follower.lost_leader(self.now);
            self.release_lock(lock);
        }
        Outcome::Acted
    }

    /// The page runs and is looked at again: it queues again, asks for the leader, and says from
    /// where it needs updates, as it does when it first hears of a leader.
    pub(super) fn step_up(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            follower.ask_by(self.now, &self.policy.timing);
            let knows_leader = follower.shared_socket().is_some();
            if follower.claim == Claim::None {
                self.queue_again();
            }
            if knows_leader {
                self.tell_wanted(None);
            }
        }
    }

    /// The network is back, which no leader could do without.
    pub(super) fn wait_for_leader(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            follower.wait_anew(self.now);
        }
    }

    /// Does what a follower has to do.
    pub(super) fn keep_following(&mut self) {
        let Role::Follower(follower) = &self.role else {
            return;
        };
        let timing = &self.policy.timing;
        let may_steal_at = self.steals.earliest();
        match follower.due(self.now, timing, may_steal_at, self.visible) {
            Due::Nothing => {}
            Due::Ask => self.ask_for_leader(),
            Due::Steal => {
                self.steals.spend(self.now, &self.policy.rates.steal);
                self.take_over(Claim::Taking);
                self.keep_following();
            }
            Due::LetGo => {
                let lock = follower.claim.lock();
                self.release_lock(lock);
                self.queue_again();
                self.keep_following();
            }
            Due::GoAlone => self.go_alone(),
        }
    }

    pub(super) fn following_deadline(&self) -> Option<Duration> {
        if let Role::Follower(follower) = &self.role {
            let timing = &self.policy.timing;
            follower.deadline(timing, self.steals.earliest(), self.visible)
        } else {
            None
        }
    }

    /// Asks as one that is seen only if it may take the lead: a hidden leader hands over to it.
    fn ask_for_leader(&mut self) {
        let visible = self.visible && self.hand_overs.earliest() <= self.now;
        let candidate = self.visible && self.steals.earliest() <= self.now;
        self.notify(TabNoticeKind::Asking { visible, candidate }, None);
        let seq = self.news.sent();
        if let Role::Follower(follower) = &mut self.role {
            follower.asked(seq, candidate, self.now, &self.policy.timing);
        }
    }

    fn take_over(&mut self, claim: fn(LockId) -> Claim) {
        if let Role::Follower(follower) = &self.role {
            let waiting = follower.claim.lock();
            self.release_lock(waiting);
            let lock = self.request_lock(LockName::Leader, true);
            self.follow_with(claim(lock));
        }
    }

    /// A lock was taken, perhaps: no tab that saw it takes it for a while.
    pub(super) fn saw_steal(&mut self) {
        let pause = self.policy.rates.steal.gap;
        self.steals.hold_until(self.now.saturating_add(pause));
    }

    pub(super) fn heard_leader(
        &mut self,
        tab: &str,
        (term, socket, visible): (u64, SharedSocket, bool),
    ) -> Outcome {
        let stale = term < self.term;
        let stubborn = self.has_bug(SeededBug::StealWithoutTerm);
        match &mut self.role {
            Role::Alone => Outcome::Ignored("this tab shares nothing"),
            Role::Leader(_) if stubborn => Outcome::Ignored("a leader leads on"),
            Role::Leader(leader) => {
                let mine = leader.term;
                let lock = leader.lock;
                if (term, tab) < (mine, self.news.me()) {
                    // It does not know yet.
                    self.tell_leading();
                    return Outcome::Acted;
                }
                self.term = term;
                self.saw_steal();
                self.stand_down();
                self.release_lock(Some(lock));
                self.follow();
                self.meet_leader(tab, socket, visible)
            }
            Role::Follower(_) if stale => Outcome::Ignored("a newer leader is known"),
            Role::Follower(_) => {
                self.term = term;
                self.meet_leader(tab, socket, visible)
            }
        }
    }

    fn meet_leader(&mut self, tab: &str, socket: SharedSocket, visible: bool) -> Outcome {
        let Role::Follower(follower) = &mut self.role else {
            return Outcome::Ignored("this tab does not follow");
        };
        let timing = &self.policy.timing;
        let was_live = follower.leader_is_live();
        let silent = follower.is_silent(self.now, timing);
        let other = follower.heard_leader(tab, socket, self.now, timing);
        let begins = !was_live && follower.leader_is_live();
        if self.visible && !visible {
            let at = self.now.saturating_add(timing.hidden_patience);
            follower.ask_by(at, timing);
        }
        if other && silent {
            self.saw_steal();
        }
        // Whoever leads next keeps it.
        let until = self.now.saturating_add(told_wait(socket));
        self.connection.hold_until(until);
        if other || begins {
            self.tell_wanted(None);
        }
        Outcome::Acted
    }

    pub(super) fn heard_resignation(&mut self, sender: &str, term: u64, to: &str) -> Outcome {
        let me = to == self.news.me();
        match &mut self.role {
            Role::Follower(follower) if term == self.term || follower.follows(sender) => {
                follower.lost_leader(self.now);
                let runs = follower.claim != Claim::None;
                if me && runs && self.hand_overs.earliest() <= self.now {
                    self.hand_overs
                        .spend(self.now, &self.policy.rates.hand_over);
                    self.take_over(Claim::Invited);
                }
                Outcome::Acted
            }
            Role::Follower(_) | Role::Leader(_) | Role::Alone => {
                Outcome::Ignored("it was not the leader of this tab")
            }
        }
    }

    /// Says which topics this tab wants, or that it wants this one, and from where.
    pub(super) fn tell_wanted(&mut self, only: Option<&str>) {
        for (topic, after) in self.topics.ask(only, self.now) {
            self.notify(TabNoticeKind::Wanting { topic, after }, None);
        }
    }
}
