//! The topics that the application wants, here and in the tabs that follow this one, and how far
//! each was received.
//!
//! Updates of a topic come in a *stream*: on a socket, or from a leader. Each update of it is known
//! with the number of the one before, or with the number after which the stream was asked to begin.
//! Whether an update was sent before or after something was asked for, a *fence* tells: a heartbeat
//! behind the question, whose answer follows all that was sent until then; without an answer, time.
//! Invariants: an update counts once, also when it is sent again after a reconnect, or after a
//! hand-over for another tab's sake; none is left out for one that overtook it, unless both are later
//! than time tells; a server that starts its count over is heard again; updates without `seq` count.

use std::time::Duration;

use crate::{few::Few, policy::Timing};

/// The topic part of the client.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Topics {
    entries: Few<String, Entry>,
    heartbeats: Heartbeats,
}

/// Heartbeats on the socket that others follow.
#[derive(Clone, Debug, Default, Hash)]
struct Heartbeats {
    /// Sent and not answered.
    open: u32,
    /// Whether the server answers them.
    answered: bool,
}

#[derive(Clone, Debug, Default, Hash)]
struct Entry {
    /// Whether this tab wants it.
    own: bool,
    /// Whether another tab wants it through this one.
    others: bool,
    /// The last update that this tab received; 0 is none.
    seq: u64,
    /// The last update of the stream, or the one after which it was asked to begin; 0 is none.
    before: u64,
    /// Whether no update of the stream has come yet.
    begins: bool,
    /// Replays that the server was asked for, in order, and that have not begun.
    replays: Vec<Awaited>,
    /// Somebody knows of this update: either it is on its way, or the server's count started over.
    ahead: Option<Awaited>,
    /// When a follower last asked for what it lacks.
    asked_at: Option<Duration>,
}

/// The stream is to go on after this update. Updates that were under way come before.
#[derive(Clone, Copy, Debug, Hash)]
struct Awaited {
    after: u64,
    since: Duration,
    /// Heartbeats that have to be answered before the fence is passed.
    fence: u32,
}

/// Most replays that are under way at once; who lacks more asks again.
const MAX_REPLAYS: usize = 8;

/// An update in its stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) seq: u64,
    /// The one before it, or the one after which the stream was asked to begin. If that is higher,
    /// the server's count started over.
    pub(crate) after: u64,
}

/// What an update is to this tab.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Novelty {
    /// It is the next one.
    Next,
    /// It was received before.
    Repeated,
    /// Others come before it, which this tab lacks.
    Early,
    /// It is for other tabs only.
    Foreign,
}

/// What has to be said to the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Subscription {
    /// Nothing: updates come already.
    Stands,
    /// The topic is not subscribed.
    Missing,
    /// It is subscribed, and earlier updates are wanted again. A heartbeat follows.
    TooLate,
    /// It is subscribed, and somebody knows of later updates. A heartbeat tells what that means.
    Ahead,
}

impl Heartbeats {
    /// Something is awaited behind a heartbeat that is about to be sent.
    fn fence(&mut self, after: u64, since: Duration) -> Awaited {
        self.open = self.open.saturating_add(1);
        let fence = self.open;
        Awaited {
            after,
            since,
            fence,
        }
    }

    /// Returns whether all that the server sent before has come. Of one that answers no heartbeat
    /// that is believed after a while; of one that does, when an answer must have been lost.
    fn passed(&self, awaited: &Awaited, now: Duration, timing: &Timing) -> bool {
        let waited = now.saturating_sub(awaited.since);
        let patience = timing
            .heartbeat
            .saturating_mul(1 + u32::from(self.answered));
        awaited.fence == 0 || waited >= patience
    }
}

impl Topics {
    /// This tab wants a topic. Returns nothing if it did already.
    pub(crate) fn subscribe(&mut self, topic: String, now: Duration) -> Option<Subscription> {
        let Some(entry) = self.entries.get_mut(&topic) else {
            let asked_at = Some(now);
            let entry = Entry {
                own: true,
                asked_at,
                ..Entry::default()
            };
            self.entries.add(topic, entry);
            return Some(Subscription::Missing);
        };
        if std::mem::replace(&mut entry.own, true) {
            return None;
        }
        entry.seq = 0;
        entry.replays.push(self.heartbeats.fence(0, now));
        Some(Subscription::TooLate)
    }

    /// This tab no longer wants a topic. Returns whether it did, and whether nobody does.
    pub(crate) fn unsubscribe(&mut self, topic: &str) -> (bool, bool) {
        let Some(entry) = self.entries.get_mut(topic) else {
            return (false, false);
        };
        let wanted = std::mem::take(&mut entry.own);
        let over = !entry.others;
        if over {
            self.entries.remove(topic);
        }
        (wanted, over)
    }

    /// Another tab wants a topic through this one, from after this update. `open` is whether there
    /// is a socket for it; without one, it asks again when there is.
    pub(crate) fn wanted_elsewhere(
        &mut self,
        topic: &str,
        after: Option<u64>,
        open: bool,
        now: Duration,
    ) -> Subscription {
        let from = after.unwrap_or_default();
        let Some(entry) = self.entries.get_mut(topic) else {
            let entry = Entry {
                others: true,
                before: from,
                begins: true,
                ..Entry::default()
            };
            self.entries.add(topic.to_owned(), entry);
            return Subscription::Missing;
        };
        entry.others = true;
        if !open {
            return Subscription::Stands;
        }
        if from > entry.before && entry.ahead.is_none() {
            entry.ahead = Some(self.heartbeats.fence(from, now));
            return Subscription::Ahead;
        }
        if from >= entry.before {
            return Subscription::Stands;
        }
        let comes = entry.replays.iter().any(|replay| replay.after <= from);
        if comes || entry.replays.len() >= MAX_REPLAYS {
            return Subscription::Stands;
        }
        entry.replays.push(self.heartbeats.fence(from, now));
        Subscription::TooLate
    }

    /// Another tab no longer wants a topic. Returns whether nobody is known who does.
    pub(crate) fn unwanted_elsewhere(&mut self, topic: &str) -> bool {
        let Some(entry) = self.entries.get_mut(topic) else {
            return false;
        };
        entry.others = false;
        let over = !entry.own;
        if over {
            self.entries.remove(topic);
        }
        over
    }

    /// A heartbeat was sent to see whether the socket lives.
    pub(crate) fn heartbeat_sent(&mut self) {
        self.heartbeats.open = self.heartbeats.open.saturating_add(1);
    }

    /// The server answered a heartbeat, in the order in which they were sent.
    pub(crate) fn heartbeat_answered(&mut self) {
        let Heartbeats { open, answered } = &mut self.heartbeats;
        if *open == 0 {
            return;
        }
        *open -= 1;
        *answered = true;
        for (_, entry) in self.entries.iter_mut() {
            for awaited in entry.replays.iter_mut().chain(&mut entry.ahead) {
                awaited.fence = awaited.fence.saturating_sub(1);
            }
        }
    }

    /// A new socket begins. Returns each topic with the number after which its stream begins, if
    /// any.
    pub(crate) fn resume(&mut self) -> Vec<(String, Option<u64>)> {
        self.heartbeats.open = 0;
        let topics = self.entries.iter_mut().map(|(topic, entry)| {
            let own = if entry.own { entry.seq } else { u64::MAX };
            entry.before = entry.before.min(own);
            entry.begins = true;
            entry.replays.clear();
            entry.ahead = None;
            (topic.clone(), number(entry.before))
        });
        topics.collect()
    }

    /// Returns the topics that this tab wants, or only this one, with the last update that it
    /// received, and takes note that it asks for what comes after.
    pub(crate) fn ask(&mut self, only: Option<&str>, now: Duration) -> Vec<(String, Option<u64>)> {
        let asked = |topic: &str| only.is_none_or(|only| only == topic);
        let entries = self.entries.iter_mut();
        let wanted = entries.filter(|(topic, entry)| entry.own && asked(topic));
        let asked = wanted.map(|(topic, entry)| {
            entry.asked_at = Some(now);
            (topic.clone(), number(entry.seq))
        });
        asked.collect()
    }

    /// Returns whether this tab wants a topic and has not asked for what it lacks for a while.
    pub(crate) fn may_ask(&self, topic: &str, now: Duration, timing: &Timing) -> bool {
        let pause = timing.leader_check;
        let asked_at = self.entries.get(topic).and_then(|entry| entry.asked_at);
        self.wants(topic) && asked_at.is_none_or(|at| now >= at.saturating_add(pause))
    }

    /// Returns whether this tab wants a topic.
    pub(crate) fn wants(&self, topic: &str) -> bool {
        self.entries.get(topic).is_some_and(|entry| entry.own)
    }

    /// Nobody follows this tab any more.
    pub(crate) fn forget_others(&mut self) {
        let mut foreign = Vec::new();
        for (topic, entry) in self.entries.iter_mut() {
            entry.others = false;
            if !entry.own {
                foreign.push(topic.clone());
            }
        }
        for topic in foreign {
            self.entries.remove(&topic);
        }
    }

    /// Starts the topics over, because the application loses its data.
    pub(crate) fn forget_positions(&mut self) {
        self.forget_others();
        for (_, entry) in self.entries.iter_mut() {
            *entry = Entry {
                own: entry.own,
                ..Entry::default()
            };
        }
    }

    /// Takes note of an update from the socket. Returns its place in the stream for those that
    /// follow, unless it was in the stream before.
    pub(crate) fn received(
        &mut self,
        topic: &str,
        seq: u64,
        now: Duration,
        timing: &Timing,
    ) -> (Novelty, Option<Place>) {
        let place = Place { seq, after: 0 };
        let Some(entry) = self.entries.get_mut(topic) else {
            return (Novelty::Next, Some(place));
        };
        let place = if seq == 0 {
            Some(place)
        } else {
            let heartbeats = &self.heartbeats;
            let over = |awaited: &Awaited| heartbeats.passed(awaited, now, timing);
            // Another server of the same backend may know a little less.
            let lags = |awaited: &Awaited| now < awaited.since.saturating_add(timing.leader_check);
            entry.place(seq, &over, &lags)
        };
        let novelty = match place {
            _ if !entry.own => Novelty::Foreign,
            Some(place) => entry.take(place),
            None => Novelty::Repeated,
        };
        (novelty, place)
    }

    /// Takes note of an update that the leader passed on.
    pub(crate) fn passed_on(&mut self, topic: &str, place: Place) -> Novelty {
        let Some(entry) = self.entries.get_mut(topic) else {
            return Novelty::Next;
        };
        let novelty = entry.take(place);
        entry.before = entry.seq;
        novelty
    }
}

impl Entry {
    /// Returns after which update the stream goes on with this one, if not after its last. A replay
    /// begins with an update that was in the stream; one that did not begin by its fence does not
    /// come. Whoever knows of a later update than what comes behind the fence heard it before the
    /// server's count started over.
    fn restarts_after(
        &mut self,
        seq: u64,
        over: &dyn Fn(&Awaited) -> bool,
        lags: &dyn Fn(&Awaited) -> bool,
    ) -> Option<u64> {
        let repeated = seq <= self.before;
        let mut replays = self.replays.iter();
        let begun = replays.position(|replay| over(replay) || (repeated && replay.after < seq));
        if let Some(index) = begun {
            let replay = self.replays.drain(..=index).next_back();
            return replay.map(|replay| replay.after);
        }
        let ahead = self.ahead?;
        let anew = ahead.after > seq && over(&ahead) && !lags(&ahead);
        if ahead.after <= seq || anew {
            self.ahead = None;
        }
        anew.then_some(ahead.after)
    }

    /// Finds the place of the next update in the stream; none for one that was in it before.
    fn place(
        &mut self,
        seq: u64,
        over: &dyn Fn(&Awaited) -> bool,
        lags: &dyn Fn(&Awaited) -> bool,
    ) -> Option<Place> {
        if let Some(after) = self.restarts_after(seq, over, lags) {
            self.before = after;
            self.begins = true;
        }
        let after = self.before;
        if seq == after || (seq < after && !self.begins) {
            return None;
        }
        self.before = seq;
        self.begins = false;
        Some(Place { seq, after })
    }

    fn take(&mut self, place: Place) -> Novelty {
        let Place { seq, after } = place;
        if seq == 0 {
            return Novelty::Next;
        }
        let over = seq < after;
        if !over && seq <= self.seq {
            return Novelty::Repeated;
        }
        if !over && after > self.seq {
            return Novelty::Early;
        }
        self.seq = seq;
        Novelty::Next
    }
}

/// Writes the number of an update, where 0 is none.
fn number(seq: u64) -> Option<u64> {
    Some(seq).filter(|seq| *seq > 0)
}
