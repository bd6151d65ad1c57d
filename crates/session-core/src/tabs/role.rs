//! Who holds the one socket: alone, follower, or leader with a term.
//!
//! A follower waits in the queue of the leader lock, which the browser hands on when a leader's tab
//! dies, and not when it freezes. So a visible follower also asks whether a leader is there, unless
//! it has just heard the answer to another tab's question, and takes the lock from one that has been
//! silent for long, once it has heard its own question: a tab that hears nothing must not take its
//! own deafness for silence. Its question says that it may take the lock; of several that ask so the
//! first by name takes it, and the others, who hear the question, leave it the time to.
//! Invariants: terms grow; a leader that hears of a higher term stands down; whoever lost the lock
//! waits for it like any other; no tab takes the lock soon after it saw it taken.
//!
//! Source: Web Locks API (`steal` does not stop the former holder).

use std::time::Duration;

use session_protocol::SharedSocket;

use crate::{
    LockId,
    few::Few,
    policy::{LONGEST_WINDOW, Timing, UNHEARD_LIMIT},
};

/// So many tabs that go first are waited for, at most.
const MOST_AHEAD: usize = 3;

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
    pub(crate) claim: Claim,
    leader: Option<Known>,
    /// When a sound leader was last heard of, or the wait for one began.
    heard_at: Duration,
    /// When to ask whether there is a leader.
    ask_at: Duration,
    asked: Option<Asked>,
    /// Questions in a row that did not come back on the channel.
    unheard: u32,
    /// Since when its questions say that it may take the lock.
    candidate_since: Option<Duration>,
    /// Tabs that may take the lock, too, and go first.
    ahead: Few<String, ()>,
    /// Tabs that heard the same act at different moments.
    spread: Duration,
}

/// What a follower has of the lock.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Claim {
    /// Nothing: the page is about to stop.
    None,
    /// A request that waits.
    Waiting(LockId),
    /// A request that takes it from a tab that is silent.
    Taking(LockId),
    /// A request that takes it from a tab that hands over.
    Invited(LockId),
    /// The lock itself, until the tab that it is meant for takes it.
    Handing { lock: LockId, until: Duration },
}

/// The leader as this follower knows it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Known {
    tab: String,
    socket: SharedSocket,
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
    /// How the others were told that the socket is.
    pub(crate) told: SharedSocket,
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
    /// Give the lock back: the tab that it was meant for did not take it.
    LetGo,
    /// Share nothing: the channel does not carry, or locks are not granted.
    GoAlone,
}

impl Claim {
    pub(crate) const fn lock(self) -> Option<LockId> {
        match self {
            Self::None => None,
            Self::Waiting(lock)
            | Self::Taking(lock)
            | Self::Invited(lock)
            | Self::Handing { lock, .. } => Some(lock),
        }
    }

    pub(crate) const fn held(self) -> Option<LockId> {
        if let Self::Handing { lock, .. } = self {
            Some(lock)
        } else {
            None
        }
    }

    /// Returns whether this request waits for its answer.
    pub(crate) fn awaits(self, lock: LockId) -> bool {
        [Self::Waiting, Self::Taking, Self::Invited]
            .iter()
            .any(|claim| self == claim(lock))
    }

    const fn hands_until(self) -> Option<Duration> {
        if let Self::Handing { until, .. } = self {
            Some(until)
        } else {
            None
        }
    }
}

impl Follower {
    /// Begins to follow. The spread is at most half an answer's time.
    pub(crate) const fn new(claim: Claim, spread: Duration, now: Duration) -> Self {
        Self {
            claim,
            leader: None,
            heard_at: now,
            ask_at: now,
            asked: None,
            unheard: 0,
            candidate_since: None,
            ahead: Few::new(),
            spread,
        }
    }

    /// Returns whether the leader went without a word, if it has gone.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.leader.is_some() || matches!(self.claim, Claim::Taking(_))
    }

    /// Returns how the leader's socket is; none if no leader is known.
    pub(crate) fn shared_socket(&self) -> Option<SharedSocket> {
        self.leader.as_ref().map(|leader| leader.socket)
    }

    pub(crate) fn leader_is_live(&self) -> bool {
        self.shared_socket() == Some(SharedSocket::Live)
    }

    pub(crate) fn follows(&self, tab: &str) -> bool {
        self.leader.as_ref().is_some_and(|leader| leader.tab == tab)
    }

    /// Returns whether nothing was heard of a sound leader for so long that another leader must have
    /// taken the lock. Whoever did may have heard its last word a little earlier.
    pub(crate) fn is_silent(&self, now: Duration, timing: &Timing) -> bool {
        let missed = timing.leader_silence.saturating_sub(timing.leader_check);
        self.heard_at.saturating_add(missed) <= now
    }

    /// A leader told how it is. Returns whether it is another than before. One that has just lost
    /// its socket has as long as any to get it back, counted from when the server lets it try.
    pub(crate) fn heard_leader(
        &mut self,
        tab: &str,
        socket: SharedSocket,
        now: Duration,
        timing: &Timing,
    ) -> bool {
        let other = !self.follows(tab);
        let down = socket == SharedSocket::Down;
        if other || !down || self.leader_is_live() {
            self.wait_anew(now.saturating_add(told_wait(socket)));
        }
        if !down {
            let pause = timing.leader_check.saturating_add(self.spread);
            self.ask_at = now.saturating_add(pause);
        }
        let tab = tab.to_owned();
        self.leader = Some(Known { tab, socket });
        other
    }

    /// The leader let the socket go; the next one has as long as any to be heard.
    pub(crate) fn lost_leader(&mut self, now: Duration) {
        self.leader = None;
        self.wait_anew(now);
    }

    /// The leader has as long as any to be heard, whatever it said before.
    pub(crate) fn wait_anew(&mut self, now: Duration) {
        self.heard_at = now;
        self.candidate_since = None;
        self.ahead = Few::new();
    }

    /// The question of this number came back on the own channel.
    pub(crate) fn heard_itself(&mut self, seq: u64) {
        self.unheard = 0;
        if let Some(asked) = &mut self.asked {
            asked.heard |= asked.seq == seq;
        }
    }

    /// A tab that goes before this one may take the lock.
    pub(crate) fn outranked(&mut self, by: &str) {
        if self.ahead.len() < MOST_AHEAD {
            self.ahead.add(by.to_owned(), ());
        }
    }

    /// The next question is due at this time at the latest, unless the last one may still be
    /// answered: what comes together leads to one question.
    pub(crate) fn ask_by(&mut self, at: Duration, timing: &Timing) {
        let earliest = self.answered_at(timing).unwrap_or(at);
        self.ask_at = self.ask_at.min(at.max(earliest));
    }

    /// It asked, and said whether it may take the lock.
    pub(crate) fn asked(&mut self, seq: u64, candidate: bool, now: Duration, timing: &Timing) {
        let since = self.candidate_since.unwrap_or(now);
        self.candidate_since = candidate.then_some(since);
        if self.asked.is_some_and(|asked| !asked.heard) {
            self.unheard += 1;
        }
        self.ask_at = now.saturating_add(timing.leader_check);
        let (at, heard) = (now, false);
        self.asked = Some(Asked { at, seq, heard });
    }

    /// Returns when the leader has been silent for too long.
    fn silent_at(&self, timing: &Timing) -> Duration {
        self.heard_at.saturating_add(timing.leader_silence)
    }

    /// Returns when the last question has waited for its answer, if there was one.
    fn answered_at(&self, timing: &Timing) -> Option<Duration> {
        let asked = self.asked?;
        Some(asked.at.saturating_add(timing.leader_answer))
    }

    /// Returns when to ask: at the latest when it may take the lock and has not said so.
    fn question_at(&self, timing: &Timing, may_steal_at: Duration) -> Duration {
        if self.candidate_since.is_some() {
            return self.ask_at;
        }
        let candidate_at = self.silent_at(timing).max(may_steal_at);
        let answered = self.answered_at(timing).unwrap_or_default();
        self.ask_at.min(candidate_at.max(answered))
    }

    /// Returns what to do about a silent leader, and when, if the last question came back: to take
    /// the lock, not before `may_steal_at`, unless that was tried.
    fn step(&self, timing: &Timing, may_steal_at: Duration) -> Option<(Duration, Due)> {
        self.asked.filter(|asked| asked.heard)?;
        let answered = self.answered_at(timing)?;
        let silent = self.silent_at(timing);
        match self.claim {
            Claim::Taking(_) | Claim::Invited(_) => Some((answered.max(silent), Due::GoAlone)),
            Claim::None | Claim::Waiting(_) | Claim::Handing { .. } => {
                let begins = silent.max(self.candidate_since?);
                let turn = begins.saturating_add(self.patience(timing));
                Some((answered.max(turn).max(may_steal_at), Due::Steal))
            }
        }
    }

    /// Returns how much time this tab leaves to those that go first: until their question is
    /// answered, and the new leader heard.
    fn patience(&self, timing: &Timing) -> Duration {
        let ahead = u32::try_from(self.ahead.len()).unwrap_or(u32::MAX);
        timing.leader_answer.saturating_mul(3).saturating_mul(ahead)
    }

    /// A tab that nobody sees asks once, to know its leader, and one that is about to stop asks
    /// nothing.
    fn rests(&self, visible: bool) -> bool {
        self.claim == Claim::None || (!visible && self.asked.is_some())
    }

    /// Returns what to do. A question goes before a steal, so that a page that did not run does
    /// not take its own sleep for the leader's silence.
    pub(crate) fn due(
        &self,
        now: Duration,
        timing: &Timing,
        may_steal_at: Duration,
        visible: bool,
    ) -> Due {
        if self.claim.hands_until().is_some_and(|until| until <= now) {
            return Due::LetGo;
        }
        if self.rests(visible) {
            return Due::Nothing;
        }
        if self.unheard >= UNHEARD_LIMIT {
            return Due::GoAlone;
        }
        if self.question_at(timing, may_steal_at) <= now {
            return Due::Ask;
        }
        let step = self.step(timing, may_steal_at);
        step.filter(|(at, _)| *at <= now)
            .map_or(Due::Nothing, |(_, due)| due)
    }

    pub(crate) fn deadline(
        &self,
        timing: &Timing,
        may_steal_at: Duration,
        visible: bool,
    ) -> Option<Duration> {
        let step = self.step(timing, may_steal_at).map(|(at, _)| at);
        let question = self.question_at(timing, may_steal_at);
        let watch = step.map_or(question, |at| at.min(question));
        let watch = Some(watch).filter(|_| !self.rests(visible));
        let hands = self.claim.hands_until();
        hands.into_iter().chain(watch).min()
    }
}

/// Returns how long the server keeps its clients away, as far as that is believed.
pub(crate) fn told_wait(socket: SharedSocket) -> Duration {
    if let SharedSocket::Held(wait) = socket {
        wait.min(LONGEST_WINDOW)
    } else {
        Duration::ZERO
    }
}

impl Leader {
    pub(crate) const fn new(
        lock: LockId,
        term: u64,
        followed: bool,
        hidden_since: Option<Duration>,
        told_warning: Option<Duration>,
    ) -> Self {
        Self {
            lock,
            term,
            told: SharedSocket::Down,
            told_warning,
            followed,
            hidden_since,
        }
    }
}
