//! A topic: numbered updates, a short memory, subscribers.
//!
//! Invariants: the store numbers updates, so that every server has the same, and an update that is
//! here or older is ignored; what is kept is bounded by age and by bytes; replay and subscription
//! happen under one lock, so a subscriber sees no gap and nothing twice, whichever server it was on
//! before, if servers are less than [`LAG`] apart.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use session_protocol::ServerMessage;

use crate::hub::{Outbox, SocketId};

/// How long an update is kept for those who come back: longer than a browser whose leader freezes may
/// be without one, since the lead is taken at most once a minute.
pub(crate) const RING_AGE: Duration = Duration::from_secs(120);
/// Bytes of updates that are kept.
pub(crate) const RING_BYTES: usize = 4 << 20;
/// How far a server may be behind another: longer than a publication takes to reach all.
const LAG: Duration = Duration::from_secs(5);
/// Updates that a new subscriber gets at once, so that its charts begin full.
const REPLAY_LENGTH: usize = 60;

struct Kept {
    seq: u64,
    at: Instant,
    text: Utf8Bytes,
}

struct Subscriber {
    outbox: Outbox,
    /// It has the updates up to this one, perhaps from a server that is ahead.
    has: u64,
    /// From then on an update that it has by its number is of a count that started over.
    until: Instant,
}

impl Subscriber {
    fn takes(&self, seq: u64, now: Instant) -> bool {
        seq > self.has || now >= self.until
    }
}

struct State {
    last: Option<u64>,
    ring: VecDeque<Kept>,
    ring_bytes: usize,
    subscribers: BTreeMap<SocketId, Subscriber>,
}

/// A topic.
pub(crate) struct Topic {
    name: &'static str,
    state: Mutex<State>,
}

impl Topic {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            state: Mutex::new(State {
                last: None,
                ring: VecDeque::new(),
                ring_bytes: 0,
                subscribers: BTreeMap::new(),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the name on the wire.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Sends an update to all subscribers and keeps it for later ones.
    pub(crate) fn insert(&self, seq: u64, payload: Value, now: Instant) {
        let mut state = self.lock();
        if state.last.is_some_and(|last| seq <= last) {
            return;
        }
        state.last = Some(seq);
        let update = ServerMessage::DataUpdate {
            topic: self.name.to_owned(),
            seq,
            payload,
        };
        let text = Utf8Bytes::from(update.encode());
        let stays = |it: &Subscriber| !it.takes(seq, now) || it.outbox.send(text.clone());
        state.subscribers.retain(|_, subscriber| stays(subscriber));
        state.keep(Kept { seq, at: now, text });
    }

    /// Adds a subscriber. Returns what it gets first: the kept updates after `after`, or the latest
    /// ones. Later ones wait in its outbox.
    ///
    /// # Idempotence
    ///
    /// A subscriber that is there already gets nothing again.
    pub(crate) fn subscribe(
        &self,
        outbox: &Outbox,
        after: Option<u64>,
        now: Instant,
    ) -> Vec<Utf8Bytes> {
        let mut state = self.lock();
        if state.subscribers.contains_key(&outbox.id) {
            return Vec::new();
        }
        let subscriber = Subscriber {
            outbox: outbox.clone(),
            has: after.unwrap_or_default(),
            until: now + LAG,
        };
        state.subscribers.insert(outbox.id, subscriber);
        let skipped = match after {
            Some(after) => state.ring.partition_point(|kept| kept.seq <= after),
            None => state.ring.len().saturating_sub(REPLAY_LENGTH),
        };
        let replay = state.ring.iter().skip(skipped);
        replay.map(|kept| kept.text.clone()).collect()
    }

    /// Removes a subscriber.
    pub(crate) fn unsubscribe(&self, id: SocketId) {
        self.lock().subscribers.remove(&id);
    }
}

impl State {
    fn keep(&mut self, kept: Kept) {
        let now = kept.at;
        self.ring_bytes += kept.text.len();
        self.ring.push_back(kept);
        while self.ring.front().is_some_and(|oldest| {
            self.ring_bytes > RING_BYTES || now.saturating_duration_since(oldest.at) > RING_AGE
        }) {
            let oldest = self.ring.pop_front();
            self.ring_bytes -= oldest.map_or(0, |oldest| oldest.text.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::{Errand, Hub};

    fn seq(text: &Utf8Bytes) -> u64 {
        let update: Value = serde_json::from_str(text).unwrap();
        update["seq"].as_u64().unwrap()
    }

    fn replayed(topic: &Topic, after: u64) -> Vec<u64> {
        let (outbox, _inbox, _seat) = Hub::default().open();
        let texts = topic.subscribe(&outbox, Some(after), Instant::now());
        topic.unsubscribe(outbox.id);
        texts.iter().map(seq).collect()
    }

    #[tokio::test]
    async fn a_subscriber_that_comes_from_a_server_that_is_ahead_gets_nothing_twice() {
        let topic = Topic::new("t");
        let now = Instant::now();
        topic.insert(5, Value::Null, now);
        let (outbox, mut inbox, _seat) = Hub::default().open();
        assert!(topic.subscribe(&outbox, Some(7), now).is_empty());

        for number in 6..=9 {
            topic.insert(number, Value::Null, now);
        }

        for number in [8, 9] {
            let Errand::Send(text) = inbox.errand().await else {
                panic!("expected an update");
            };
            assert_eq!(seq(&text), number);
        }
    }

    #[tokio::test]
    async fn a_count_that_started_over_is_sent_again_after_a_while() {
        let topic = Topic::new("t");
        let now = Instant::now();
        let (outbox, mut inbox, _seat) = Hub::default().open();
        topic.subscribe(&outbox, Some(1_000), now);

        topic.insert(1, Value::Null, now + Duration::from_secs(4));
        topic.insert(2, Value::Null, now + LAG);

        let errand = tokio::time::timeout(LAG, inbox.errand()).await;
        let Ok(Errand::Send(text)) = errand else {
            panic!("expected an update");
        };
        assert_eq!(seq(&text), 2);
    }

    #[test]
    fn updates_of_two_minutes_are_kept_however_many_there_are() {
        let (topic, start) = (Topic::new("t"), Instant::now());
        for tenth in 0..1_300 {
            let at = start + Duration::from_millis(100 * tenth);
            topic.insert(tenth + 1, Value::Null, at);
        }
        assert_eq!(replayed(&topic, 0), (100..=1_300).collect::<Vec<_>>());
        assert_eq!(replayed(&topic, 1_298), [1_299, 1_300]);
    }

    #[test]
    fn what_is_kept_is_bounded_by_bytes() {
        let (topic, now) = (Topic::new("t"), Instant::now());
        for seq in 1..=100 {
            let long = Value::String("x".repeat(RING_BYTES / 50));
            topic.insert(seq, long, now);
        }
        let kept = replayed(&topic, 0);
        assert!((40..=50).contains(&kept.len()), "{}", kept.len());
        assert_eq!(kept.last(), Some(&100));
    }
}
