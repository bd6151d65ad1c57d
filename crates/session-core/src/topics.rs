//! The topics that the application wants, and how far each was received.
//!
//! Invariants: an update counts once, also when it is sent again after a reconnect; a server that
//! starts its count over is heard again on the next socket; updates without `seq` always count.

use crate::few::Few;

/// The topic part of the client.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Topics(Few<String, Position>);

/// How far a topic was received. `seq` 0 is none.
#[derive(Clone, Copy, Debug, Hash)]
enum Position {
    /// On this socket.
    Follows { seq: u64 },
    /// On an earlier socket; the first update of this one may start over, as it does when the
    /// server restarted.
    Resumes { seq: u64 },
}

impl Topics {
    /// Adds a topic; returns whether it is new.
    pub(crate) fn subscribe(&mut self, topic: String) -> bool {
        self.0.add(topic, Position::UNKNOWN)
    }

    /// Removes a topic; returns whether it was there.
    pub(crate) fn unsubscribe(&mut self, topic: &str) -> bool {
        self.0.remove(topic)
    }

    /// A new socket begins. Returns each topic with the last `seq` that was received, if any was.
    pub(crate) fn resume(&mut self) -> Vec<(String, Option<u64>)> {
        let topics = self.0.iter_mut().map(|(topic, position)| {
            let seq = position.seq();
            *position = Position::Resumes { seq };
            (topic.clone(), Some(seq).filter(|seq| *seq > 0))
        });
        topics.collect()
    }

    /// Starts the topics over, because the application loses its data.
    pub(crate) fn forget_positions(&mut self) {
        for (_, position) in self.0.iter_mut() {
            *position = Position::UNKNOWN;
        }
    }

    /// Takes note of an update; returns whether it is news.
    pub(crate) fn is_news(&mut self, topic: &str, seq: u64) -> bool {
        let Some(position) = self.0.get_mut(topic) else {
            return true;
        };
        let repeated = match *position {
            Position::Follows { seq: last } => seq <= last,
            Position::Resumes { seq: last } => seq == last,
        };
        if repeated && seq > 0 {
            return false;
        }
        *position = Position::Follows { seq };
        true
    }
}

impl Position {
    const UNKNOWN: Self = Self::Resumes { seq: 0 };

    const fn seq(self) -> u64 {
        match self {
            Self::Follows { seq } | Self::Resumes { seq } => seq,
        }
    }
}
