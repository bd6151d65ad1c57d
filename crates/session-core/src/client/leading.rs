//! Which tab holds the socket, and how it passes from one to the next.
//!
//! Invariants: a follower has no socket of its own; a tab leads with a term that is higher than any
//! it has heard of; a tab that is not sure whether it still leads stands down.

use std::time::Duration;

use session_protocol::{CloseCode, TabNotice, TabNoticeKind};

use super::{Client, Outcome};
use crate::{
    Effect, LockId, LockName,
    seeded::SeededBug,
    session::Facts,
    tabs::{Due, Follower, Leader, Role},
};

impl Client {
    /// A session began: this tab follows until the lock is its own, or holds its own socket where
    /// tabs cannot share.
    pub(super) fn join_tabs(&mut self) {
        let told = self.session.facts().is_some_and(Facts::is_told);
        if self.locks && self.policy.notifies_tabs && told {
            self.follow();
        } else {
            self.connection.start();
        }
    }

    /// Nothing is shared any more. The socket is the caller's business.
    pub(super) fn leave_tabs(&mut self) {
        let lock = match std::mem::replace(&mut self.role, Role::Alone) {
            Role::Alone => None,
            Role::Follower(follower) => follower.lock,
            Role::Leader(leader) => Some(leader.lock),
        };
        self.release_lock(lock);
        self.term = 0;
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

    /// Waits for the lock like any other tab, unless the page is about to stop.
    fn follow(&mut self) {
        let lock = self.request_lock(LockName::Leader, false);
        self.role = Role::Follower(Follower::new(Some(lock), self.now));
    }

    pub(super) fn lock_granted(&mut self, lock: LockId) -> Outcome {
        if self.token.waits_for(lock) {
            self.refresh_now(Some(lock));
            return Outcome::Acted;
        }
        let Role::Follower(follower) = &self.role else {
            self.release_lock(Some(lock));
            return Outcome::Ignored("nobody waits for this lock any more");
        };
        if follower.lock != Some(lock) {
            self.release_lock(Some(lock));
            return Outcome::Ignored("nobody waits for this lock any more");
        }
        self.term = if self.has_bug(SeededBug::StealWithoutTerm) {
            self.term.max(1)
        } else {
            self.term.saturating_add(1).max(millis(self.wall))
        };
        self.role = Role::Leader(Leader::new(lock, self.term));
        self.connection.start();
        self.tell_leading();
        Outcome::Acted
    }

    pub(super) fn lock_lost(&mut self, lock: LockId) -> Outcome {
        if self.has_bug(SeededBug::StealWithoutTerm) {
            return Outcome::Ignored("a leader leads on");
        }
        match &self.role {
            Role::Leader(leader) if leader.lock == lock => {
                self.stand_down();
                self.follow();
                Outcome::Acted
            }
            Role::Follower(follower) if follower.lock == Some(lock) => {
                self.follow();
                Outcome::Acted
            }
            Role::Alone | Role::Leader(_) | Role::Follower(_) => {
                Outcome::Ignored("the lock was not ours any more")
            }
        }
    }

    /// Lets the socket go. The caller says what this tab is next.
    fn stand_down(&mut self) {
        self.topics.forget_others();
        let lost = self.connection.stop();
        self.close_socket(lost, CloseCode::NORMAL);
    }

    /// Lets the socket and the lock go, for this tab or for whoever is next.
    fn resign(&mut self, to: &str) {
        if let Role::Leader(leader) = &self.role {
            let (lock, term) = (leader.lock, leader.term);
            self.stand_down();
            let to = to.to_owned();
            self.notify(TabNoticeKind::Resigned { term, to }, None);
            self.release_lock(Some(lock));
            self.role = Role::Follower(Follower::new(None, self.now));
        }
    }

    /// The page is about to stop, perhaps for good: a lock that it holds would block the others.
    pub(super) fn step_aside(&mut self) -> Outcome {
        self.resign("");
        if let Role::Follower(follower) = &mut self.role {
            let lock = follower.lock.take();
            self.release_lock(lock);
        }
        Outcome::Acted
    }

    /// The page runs and is looked at again: it queues again, asks for the leader, and says from
    /// where it needs updates.
    pub(super) fn step_up(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            let queues = follower.lock.is_some();
            follower.ask_now(self.now);
            if !queues {
                let lock = self.request_lock(LockName::Leader, false);
                if let Role::Follower(follower) = &mut self.role {
                    follower.lock = Some(lock);
                }
            }
            self.tell_wanted();
        }
    }

    pub(super) fn page_seen(&mut self, visible: bool) {
        self.visible = visible;
        if let Role::Leader(leader) = &mut self.role {
            leader.hidden_since = (!visible).then_some(self.now);
            self.tell_leading();
        }
    }

    /// Tells the others when messages begin or cease to flow, and when there is something to ask
    /// the server about that only this tab hears.
    pub(super) fn keep_leading(&mut self) {
        let warning = self.session.warned_of();
        if let Role::Leader(leader) = &mut self.role {
            let told = std::mem::replace(&mut leader.told_warning, warning);
            if told != warning && leader.followed {
                self.notify(TabNoticeKind::Changed, None);
            }
        }
        let live = self.connection.open_socket().is_some();
        if matches!(&self.role, Role::Leader(leader) if leader.told_live != live) {
            self.tell_leading();
        }
    }

    fn tell_leading(&mut self) {
        let live = self.connection.open_socket().is_some();
        let visible = self.visible;
        if let Role::Leader(leader) = &mut self.role {
            leader.told_live = live;
            let term = leader.term;
            let kind = TabNoticeKind::Leading {
                term,
                live,
                visible,
            };
            self.notify(kind, None);
        }
    }

    /// Does what a follower has to do.
    pub(super) fn keep_following(&mut self) {
        let Role::Follower(follower) = &self.role else {
            return;
        };
        if !self.visible {
            return;
        }
        let timing = &self.policy.timing;
        match follower.due(self.now, timing, self.steals.earliest()) {
            Due::Nothing => {}
            Due::Ask => self.ask_for_leader(),
            Due::Steal => {
                self.steals.spend(self.now, &self.policy.rates.steal);
                self.take_over();
            }
            Due::GoAlone => {
                self.leave_tabs();
                self.connection.start();
            }
        }
    }

    pub(super) fn following_deadline(&self) -> Option<Duration> {
        match &self.role {
            Role::Follower(follower) if self.visible => {
                let timing = &self.policy.timing;
                Some(follower.deadline(timing, self.steals.earliest()))
            }
            Role::Follower(_) | Role::Alone | Role::Leader(_) => None,
        }
    }

    fn ask_for_leader(&mut self) {
        let visible = self.visible;
        self.notify(TabNoticeKind::Asking { visible }, None);
        let seq = self.news.sent();
        if let Role::Follower(follower) = &mut self.role {
            follower.asked(seq, self.now, &self.policy.timing);
        }
    }

    fn take_over(&mut self) {
        if let Role::Follower(follower) = &self.role {
            let waiting = follower.lock;
            self.release_lock(waiting);
            let lock = self.request_lock(LockName::Leader, true);
            self.role = Role::Follower(Follower::new(Some(lock), self.now));
        }
    }

    /// A tab asks whether there is a leader; its own question proves that the channel carries.
    pub(super) fn heard_question(&mut self, notice: &TabNotice, visible: bool) -> Outcome {
        let own = notice.sender == self.news.me();
        match &mut self.role {
            Role::Follower(follower) if own => follower.heard_itself(notice.seq),
            Role::Leader(leader) if !own => {
                leader.followed = true;
                let patience = self.policy.timing.hidden_patience;
                let hidden = leader.hidden_since;
                let rests = hidden.is_some_and(|since| self.now.saturating_sub(since) >= patience);
                if visible && rests {
                    self.resign(&notice.sender);
                    self.follow();
                } else if self.connection.open_socket().is_some() {
                    self.tell_leading();
                }
            }
            Role::Follower(_) | Role::Leader(_) | Role::Alone => {
                return Outcome::Ignored("the question is for the leader");
            }
        }
        Outcome::Acted
    }

    pub(super) fn heard_leader(
        &mut self,
        tab: &str,
        (term, live, visible): (u64, bool, bool),
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
                self.stand_down();
                self.release_lock(Some(lock));
                self.follow();
                self.meet_leader(tab, live, visible)
            }
            Role::Follower(_) if stale => Outcome::Ignored("a newer leader is known"),
            Role::Follower(_) => {
                self.term = term;
                self.meet_leader(tab, live, visible)
            }
        }
    }

    fn meet_leader(&mut self, tab: &str, live: bool, visible: bool) -> Outcome {
        let Role::Follower(follower) = &mut self.role else {
            return Outcome::Ignored("this tab does not follow");
        };
        let was_live = follower.leader_is_live() == Some(true);
        let other = follower.heard_leader(tab, live, self.now);
        if self.visible && !visible {
            follower.ask_now(self.now.saturating_add(self.policy.timing.hidden_patience));
        }
        if other || (live && !was_live) {
            self.tell_wanted();
        }
        Outcome::Acted
    }

    pub(super) fn heard_resignation(&mut self, sender: &str, term: u64, to: &str) -> Outcome {
        let me = to == self.news.me();
        match &mut self.role {
            Role::Follower(follower) if term == self.term || follower.follows(sender) => {
                follower.lost_leader(self.now);
                if me {
                    self.take_over();
                }
                Outcome::Acted
            }
            Role::Follower(_) | Role::Leader(_) | Role::Alone => {
                Outcome::Ignored("it was not the leader of this tab")
            }
        }
    }

    /// Says which topics this tab wants, and from where.
    fn tell_wanted(&mut self) {
        for (topic, after) in self.topics.own() {
            self.notify(TabNoticeKind::Wanting { topic, after }, None);
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
