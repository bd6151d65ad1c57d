//! A topic: numbered updates, a short memory, subscribers.
//!
//! Invariants: the store numbers updates, so that every server has the same, and an update that is
//! here or older is ignored; replay and subscription happen under one lock, so a subscriber sees no
//! gap and nothing twice.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use session_protocol::ServerMessage;

use crate::hub::{Outbox, SocketId};

/// Updates that are kept: two minutes of one a second, the time a reconnect may take.
pub(crate) const RING_LENGTH: usize = 120;
/// Updates that a new subscriber gets at once, so that its charts begin full.
const REPLAY_LENGTH: usize = 60;

struct State {
    last: Option<u64>,
    ring: VecDeque<(u64, Utf8Bytes)>,
    subscribers: BTreeMap<SocketId, Outbox>,
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
                ring: VecDeque::with_capacity(RING_LENGTH),
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
    pub(crate) fn insert(&self, seq: u64, payload: Value) {
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
        if state.ring.len() == RING_LENGTH {
            state.ring.pop_front();
        }
        for outbox in state.subscribers.values() {
            outbox.send(text.clone());
        }
        state.ring.push_back((seq, text));
    }

    /// Adds a subscriber; first it gets the kept updates after `after`, or the latest ones.
    ///
    /// # Idempotence
    ///
    /// A subscriber that is there already gets nothing again.
    pub(crate) fn subscribe(&self, outbox: &Outbox, after: Option<u64>) {
        let mut state = self.lock();
        if state.subscribers.contains_key(&outbox.id) {
            return;
        }
        let skipped = match after {
            Some(after) => state.ring.partition_point(|(seq, _)| *seq <= after),
            None => state.ring.len().saturating_sub(REPLAY_LENGTH),
        };
        for (_, text) in state.ring.iter().skip(skipped) {
            outbox.send(text.clone());
        }
        state.subscribers.insert(outbox.id, outbox.clone());
    }

    /// Removes a subscriber.
    pub(crate) fn unsubscribe(&self, id: SocketId) {
        self.lock().subscribers.remove(&id);
    }
}
