//! Who holds the one socket: alone, follower, or leader with a term.
//!
//! A follower waits in the queue of the leader lock, which the browser hands on when a leader's tab
//! dies, and not when it freezes. So a visible follower also asks whether a leader is there, and
//! takes the lock from one that has been silent for long, once it has heard its own question: a tab
//! that hears nothing must not take its own deafness for silence.
//! Invariants: terms grow; a leader that hears of a higher term stands down; whoever lost the lock
//! waits for it like any other and never takes it back.
//!
//! Source: Web Locks API (`steal` does not stop the former holder).

use std::time::Duration;

use crate::{
    LockId,
    policy::{Timing, UNHEARD_LIMIT},
};

/// What this tab is among the tabs of its session.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Role {
    /// It shares nothing: its socket is its own.
    Alone,
    /// Another tab holds the socket, or will.
    Follower(Follower),
    /// It holds the socket for all.
    Leader(Leader),
}

/// A tab that waits for the lock.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Follower {
    /// The request that waits; none while the page is frozen.
    pub(crate) lock: Option<LockId>,
    leader: Option<Known>,
    /// When a sound leader was last heard of, or the wait for one began.
    heard_at: Duration,
    /// When to ask whether there is a leader.
    ask_at: Duration,
    asked: Option<Asked>,
    /// Questions in a row that did not come back on the channel.
    unheard: u32,
}

/// The leader as this follower knows it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Known {
    tab: String,
    live: bool,
}

/// The question whether there is a leader.
#[derive(Clone, Copy, Debug, Hash)]
struct Asked {
    at: Duration,
    /// Number of the notice.
    seq: u64,
    /// Whether it came back on this tab's own channel.
    heard: bool,
}

/// A tab that holds the socket.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Leader {
    pub(crate) lock: LockId,
    pub(crate) term: u64,
    /// What the others were told last, whether messages flow.
    pub(crate) told_live: bool,
    /// The end that the others know to be announced.
    pub(crate) told_warning: Option<Duration>,
    /// Whether there is anybody to pass updates on to.
    pub(crate) followed: bool,
    pub(crate) hidden_since: Option<Duration>,
}

/// What a follower has to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Due {
    Nothing,
    /// Ask whether there is a leader.
    Ask,
    /// Take the lock from a leader that does not answer.
    Steal,
    /// Share nothing: the channel does not carry.
    GoAlone,
}

impl Follower {
    pub(crate) const fn new(lock: Option<LockId>, now: Duration) -> Self {
        Self {
            lock,
            leader: None,
            heard_at: now,
            ask_at: now,
            asked: None,
            unheard: 0,
        }
    }

    /// Returns whether messages flow at the leader; none if none is known.
    pub(crate) fn leader_is_live(&self) -> Option<bool> {
        self.leader.as_ref().map(|leader| leader.live)
    }

    pub(crate) fn follows(&self, tab: &str) -> bool {
        self.leader.as_ref().is_some_and(|leader| leader.tab == tab)
    }

    /// A leader told how it is. Returns whether it is another than before.
    pub(crate) fn heard_leader(&mut self, tab: &str, live: bool, now: Duration) -> bool {
        let other = !self.follows(tab);
        if other || live {
            self.heard_at = now;
        }
        let tab = tab.to_owned();
        self.leader = Some(Known { tab, live });
        other
    }

    /// An update came through the leader.
    pub(crate) fn heard_update(&mut self, now: Duration) {
        self.heard_at = now;
    }

    /// The leader let the socket go; the next one has as long as any to be heard.
    pub(crate) fn lost_leader(&mut self, now: Duration) {
        self.leader = None;
        self.heard_at = now;
    }

    /// The question of this number came back on the own channel.
    pub(crate) fn heard_itself(&mut self, seq: u64) {
        self.unheard = 0;
        if let Some(asked) = &mut self.asked {
            asked.heard |= asked.seq == seq;
        }
    }

    /// The next question is due at once, since the page is seen again.
    pub(crate) fn ask_now(&mut self, now: Duration) {
        self.ask_at = self.ask_at.min(now);
    }

    pub(crate) fn asked(&mut self, seq: u64, now: Duration, timing: &Timing) {
        if self.asked.is_some_and(|asked| !asked.heard) {
            self.unheard += 1;
        }
        self.ask_at = now.saturating_add(timing.leader_check);
        let (at, heard) = (now, false);
        self.asked = Some(Asked { at, seq, heard });
    }

    /// Returns when the leader has been silent for too long, if the last question came back.
    fn steal_at(&self, timing: &Timing) -> Option<Duration> {
        let asked = self.asked.filter(|asked| asked.heard)?;
        let answered = asked.at.saturating_add(timing.leader_answer);
        let silent = self.heard_at.saturating_add(timing.leader_silence);
        Some(answered.max(silent))
    }

    /// Returns what a visible follower has to do.
    pub(crate) fn due(&self, now: Duration, timing: &Timing, may_steal_at: Duration) -> Due {
        if self.unheard >= UNHEARD_LIMIT {
            Due::GoAlone
        } else if self
            .steal_at(timing)
            .is_some_and(|at| at.max(may_steal_at) <= now)
        {
            Due::Steal
        } else if self.ask_at <= now {
            Due::Ask
        } else {
            Due::Nothing
        }
    }

    pub(crate) fn deadline(&self, timing: &Timing, may_steal_at: Duration) -> Duration {
        let steal_at = self.steal_at(timing).map(|at| at.max(may_steal_at));
        steal_at.map_or(self.ask_at, |at| at.min(self.ask_at))
    }
}

impl Leader {
    pub(crate) const fn new(lock: LockId, term: u64) -> Self {
        Self {
            lock,
            term,
            told_live: false,
            told_warning: None,
            followed: false,
            hidden_since: None,
        }
    }
}
