//! The topics that the application wants, here and in the tabs that follow this one, and how far
//! each was received.
//!
//! Invariants: an update counts once, also when it is sent again after a reconnect, or after a
//! hand-over for another tab's sake; a server that starts its count over is heard again; updates
//! without `seq` always count.

use crate::few::Few;

/// The topic part of the client.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Topics(Few<String, Entry>);

#[derive(Clone, Copy, Debug, Hash)]
struct Entry {
    position: Position,
    /// Whether this tab wants it.
    own: bool,
    /// Whether another tab wants it through this one.
    others: bool,
}

/// How far a topic was received. `seq` 0 is none.
#[derive(Clone, Copy, Debug, Hash)]
enum Position {
    /// On this socket.
    Follows { seq: u64 },
    /// On an earlier socket; the server was asked for what comes after `after`. Something older
    /// says that its count started over, as it does when the server restarted.
    Resumes { seq: u64, after: u64 },
}

/// What an update is to this tab.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Novelty {
    /// It was received before.
    Repeated,
    /// It is the next one.
    Next,
    /// It is the first one of a count that started over.
    Anew,
}

/// What has to be said to the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Subscription {
    /// Nothing: updates come already.
    Stands,
    /// The topic is not subscribed.
    Missing,
    /// It is subscribed, and earlier updates are wanted again.
    TooLate,
}

impl Topics {
    /// This tab wants a topic. Returns nothing if it did already.
    pub(crate) fn subscribe(&mut self, topic: String) -> Option<Subscription> {
        let Some(entry) = self.0.get_mut(&topic) else {
            self.0.add(topic, Entry::of(Position::UNKNOWN, true));
            return Some(Subscription::Missing);
        };
        let wanted = entry.own;
        entry.own = true;
        if !wanted {
            entry.position = Position::UNKNOWN;
        }
        (!wanted).then_some(Subscription::TooLate)
    }

    /// This tab no longer wants a topic. Returns whether it did, and whether nobody does.
    pub(crate) fn unsubscribe(&mut self, topic: &str) -> (bool, bool) {
        let Some(entry) = self.0.get_mut(topic) else {
            return (false, false);
        };
        let wanted = std::mem::take(&mut entry.own);
        let over = !entry.others;
        if over {
            self.0.remove(topic);
        }
        (wanted, over)
    }

    /// Another tab wants a topic through this one, from after this update.
    pub(crate) fn wanted_elsewhere(&mut self, topic: &str, after: Option<u64>) -> Subscription {
        let from = after.unwrap_or_default();
        let Some(entry) = self.0.get_mut(topic) else {
            let position = Position::Resumes {
                seq: from,
                after: from,
            };
            let entry = Entry {
                others: true,
                ..Entry::of(position, false)
            };
            self.0.add(topic.to_owned(), entry);
            return Subscription::Missing;
        };
        entry.others = true;
        match &mut entry.position {
            Position::Resumes { after, .. } => *after = from.min(*after),
            Position::Follows { .. } => {}
        }
        if after.is_some() && from >= entry.position.seq() {
            Subscription::Stands
        } else {
            Subscription::TooLate
        }
    }

    /// Another tab no longer wants a topic. Returns whether nobody is known who does.
    pub(crate) fn unwanted_elsewhere(&mut self, topic: &str) -> bool {
        let Some(entry) = self.0.get_mut(topic) else {
            return false;
        };
        entry.others = false;
        let over = !entry.own;
        if over {
            self.0.remove(topic);
        }
        over
    }

    /// A new socket begins. Returns each topic with the last `seq` that was received, if any was.
    pub(crate) fn resume(&mut self) -> Vec<(String, Option<u64>)> {
        let topics = self.0.iter_mut().map(|(topic, entry)| {
            let seq = entry.position.seq();
            let after = match entry.position {
                Position::Resumes { after, .. } => after.min(seq),
                Position::Follows { .. } => seq,
            };
            entry.position = Position::Resumes { seq, after };
            (topic.clone(), Some(after).filter(|after| *after > 0))
        });
        topics.collect()
    }

    /// Returns the topics that this tab wants, with the last `seq` that was received.
    pub(crate) fn own(&self) -> Vec<(String, Option<u64>)> {
        let wanted = self.0.iter().filter(|(_, entry)| entry.own);
        wanted
            .map(|(topic, entry)| (topic.clone(), entry.position.last()))
            .collect()
    }

    /// Nobody follows this tab any more.
    pub(crate) fn forget_others(&mut self) {
        let mut foreign = Vec::new();
        for (topic, entry) in self.0.iter_mut() {
            entry.others = false;
            if !entry.own {
                foreign.push(topic.clone());
            }
        }
        for topic in foreign {
            self.0.remove(&topic);
        }
    }

    /// Starts the topics over, because the application loses its data.
    pub(crate) fn forget_positions(&mut self) {
        self.forget_others();
        for (_, entry) in self.0.iter_mut() {
            entry.position = Position::UNKNOWN;
        }
    }

    /// Takes note of an update from the socket.
    pub(crate) fn received(&mut self, topic: &str, seq: u64) -> Novelty {
        let Some(entry) = self.0.get_mut(topic) else {
            return Novelty::Next;
        };
        let novelty = match entry.position {
            Position::Resumes { seq: last, after } if seq < last && seq <= after => Novelty::Anew,
            Position::Follows { seq: last } | Position::Resumes { seq: last, .. }
                if seq <= last =>
            {
                Novelty::Repeated
            }
            Position::Follows { .. } | Position::Resumes { .. } => Novelty::Next,
        };
        entry.take(seq, novelty)
    }

    /// Takes note of an update that the leader passed on.
    pub(crate) fn passed_on(&mut self, topic: &str, seq: u64, anew: bool) -> Novelty {
        let Some(entry) = self.0.get_mut(topic) else {
            return Novelty::Next;
        };
        let novelty = if anew && seq < entry.position.seq() {
            Novelty::Anew
        } else if seq <= entry.position.seq() {
            Novelty::Repeated
        } else {
            Novelty::Next
        };
        entry.take(seq, novelty)
    }
}

impl Entry {
    const fn of(position: Position, own: bool) -> Self {
        Self {
            position,
            own,
            others: false,
        }
    }

    fn take(&mut self, seq: u64, novelty: Novelty) -> Novelty {
        if seq == 0 {
            return Novelty::Next;
        }
        if novelty != Novelty::Repeated {
            self.position = Position::Follows { seq };
        }
        novelty
    }
}

impl Position {
    const UNKNOWN: Self = Self::Resumes { seq: 0, after: 0 };

    const fn seq(self) -> u64 {
        match self {
            Self::Follows { seq } | Self::Resumes { seq, .. } => seq,
        }
    }

    fn last(self) -> Option<u64> {
        Some(self.seq()).filter(|seq| *seq > 0)
    }
}
