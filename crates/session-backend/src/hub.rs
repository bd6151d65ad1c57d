//! All open sockets, by session: who is to be warned, told, or ended.
//!
//! Invariants: nothing here waits, so no slow reader delays another; a reader whose queue is full
//! is closed; the deadlines kept here are a copy that says when to ask the store, never the
//! verdict.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use session_protocol::{EndReason, ServerMessage};
use tokio::sync::mpsc;

use crate::{Moment, limits::Limits};

/// Messages that wait for one reader before it is closed as too slow.
///
/// # Source
///
/// OWASP WebSocket Security, backpressure; the number is chosen by us: four minutes of one topic.
pub(crate) const QUEUE_LENGTH: usize = 256;

/// Identifier of a socket in this process.
pub(crate) type SocketId = u64;

/// What a socket's task must do at once, before anything that waits in its queue.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Control {
    /// The session has ended: say why, then close.
    End(EndReason),
    /// The server goes down: announce it, then close.
    GoAway {
        /// Window in which the client comes back.
        within: Duration,
    },
    /// Break the connection without a closing handshake.
    Drop,
    /// The reader is too slow: close.
    Overflow,
}

/// The writing end of a socket.
#[derive(Clone)]
pub(crate) struct Outbox {
    pub(crate) id: SocketId,
    queue: mpsc::Sender<Utf8Bytes>,
    control: mpsc::UnboundedSender<Control>,
}

impl Outbox {
    /// Queues a message, or has the socket closed if it reads too slowly.
    pub(crate) fn send(&self, text: Utf8Bytes) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(text) {
            self.control(Control::Overflow);
        }
    }

    fn control(&self, control: Control) {
        if self.control.send(control).is_err() {
            tracing::trace!(socket = self.id, "the socket is gone already");
        }
    }
}

/// The reading end, for the socket's task.
pub(crate) struct Inbox {
    pub(crate) queue: mpsc::Receiver<Utf8Bytes>,
    pub(crate) control: mpsc::UnboundedReceiver<Control>,
}

struct Member {
    outbox: Outbox,
    /// The deadline of which this socket was warned.
    warned_of: Option<Moment>,
}

struct Room {
    limits: Limits,
    members: BTreeMap<SocketId, Member>,
}

#[derive(Default)]
struct Registry {
    next_id: SocketId,
    sockets: BTreeMap<SocketId, Outbox>,
    rooms: BTreeMap<String, Room>,
}

/// All open sockets.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    registry: Arc<Mutex<Registry>>,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a socket that has not authenticated yet.
    pub(crate) fn open(&self) -> (Outbox, Inbox) {
        let (queue, queue_receiver) = mpsc::channel(QUEUE_LENGTH);
        let (control, control_receiver) = mpsc::unbounded_channel();
        let mut registry = self.lock();
        registry.next_id += 1;
        let outbox = Outbox {
            id: registry.next_id,
            queue,
            control,
        };
        registry.sockets.insert(outbox.id, outbox.clone());
        let inbox = Inbox {
            queue: queue_receiver,
            control: control_receiver,
        };
        (outbox, inbox)
    }

    /// Puts an authenticated socket into the room of its session.
    pub(crate) fn join(&self, session: &str, limits: Limits, outbox: &Outbox) {
        let mut registry = self.lock();
        let room = registry
            .rooms
            .entry(session.to_owned())
            .or_insert_with(|| Room {
                limits,
                members: BTreeMap::new(),
            });
        room.limits = limits;
        let member = Member {
            outbox: outbox.clone(),
            warned_of: None,
        };
        room.members.insert(outbox.id, member);
    }

    /// Takes a socket out of the room of its session.
    pub(crate) fn leave(&self, session: &str, id: SocketId) {
        let mut registry = self.lock();
        if let Some(room) = registry.rooms.get_mut(session) {
            room.members.remove(&id);
            if room.members.is_empty() {
                registry.rooms.remove(session);
            }
        }
    }

    /// Forgets a socket that has ended.
    pub(crate) fn close(&self, id: SocketId) {
        self.lock().sockets.remove(&id);
    }

    /// Counts the open sockets.
    pub(crate) fn count(&self) -> usize {
        self.lock().sockets.len()
    }

    /// Ends all sockets of a session.
    pub(crate) fn end(&self, session: &str, reason: EndReason) {
        self.control(Some(session), Control::End(reason));
    }

    /// Breaks the connections of one session, or of all.
    pub(crate) fn drop_sockets(&self, session: Option<&str>) {
        self.control(session, Control::Drop);
    }

    /// Announces to all that the server goes down; returns the window told to them.
    pub(crate) fn go_away(&self, accepted_per_second: usize) -> Duration {
        let seconds = self.count().div_ceil(accepted_per_second).max(1);
        let within = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX));
        self.control(None, Control::GoAway { within });
        within
    }

    fn control(&self, session: Option<&str>, control: Control) {
        let registry = self.lock();
        match session {
            None => {
                for outbox in registry.sockets.values() {
                    outbox.control(control);
                }
            }
            Some(session) => {
                let members = registry
                    .rooms
                    .get(session)
                    .map(|room| room.members.values());
                for member in members.into_iter().flatten() {
                    member.outbox.control(control);
                }
            }
        }
    }

    /// Notes new deadlines of a session.
    pub(crate) fn limits_moved(&self, session: &str, limits: Limits) {
        if let Some(room) = self.lock().rooms.get_mut(session) {
            room.limits = limits;
        }
    }

    /// Returns whether a session has sockets here.
    pub(crate) fn has_room(&self, session: &str) -> bool {
        self.lock().rooms.contains_key(session)
    }

    /// Lists the sessions that have sockets here.
    pub(crate) fn rooms(&self) -> Vec<String> {
        self.lock().rooms.keys().cloned().collect()
    }

    /// Sends a message to all sockets of a session.
    pub(crate) fn tell(&self, session: &str, message: &ServerMessage) {
        let text = Utf8Bytes::from(message.encode());
        if let Some(room) = self.lock().rooms.get(session) {
            for member in room.members.values() {
                member.outbox.send(text.clone());
            }
        }
    }

    /// Warns every socket whose session ends within `lead`, once for each deadline.
    pub(crate) fn warn_near(&self, lead: Duration, now: Moment) {
        for room in self.lock().rooms.values_mut() {
            if room.limits.is_near(now, lead) {
                room.warn(now);
            }
        }
    }

    /// Warns the sockets of one session, however far its end is.
    pub(crate) fn warn(&self, session: &str, now: Moment) {
        if let Some(room) = self.lock().rooms.get_mut(session) {
            room.warn(now);
        }
    }

    /// Returns the sessions whose time may be over, and the limits that say so.
    pub(crate) fn due(&self, now: Moment) -> Vec<(String, Limits)> {
        let registry = self.lock();
        let due = registry
            .rooms
            .iter()
            .filter(|(_, room)| room.limits.passed(now).is_some());
        due.map(|(session, room)| (session.clone(), room.limits))
            .collect()
    }
}

impl Room {
    fn warn(&mut self, now: Moment) {
        let deadline = self.limits.effective();
        let remaining = deadline.since(now);
        if remaining.is_zero() {
            return;
        }
        let warning = ServerMessage::SessionWarning {
            remaining,
            cause: self.limits.cause(),
            extendable: self.limits.is_extendable(),
        };
        let text = Utf8Bytes::from(warning.encode());
        for member in self.members.values_mut() {
            if member.warned_of != Some(deadline) {
                member.warned_of = Some(deadline);
                member.outbox.send(text.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_stops_is_closed_instead_of_kept_in_memory() {
        let (outbox, mut inbox) = Hub::default().open();
        for _ in 0..QUEUE_LENGTH {
            outbox.send("x".into());
        }
        assert!(inbox.control.try_recv().is_err());
        outbox.send("x".into());
        assert!(matches!(inbox.control.try_recv(), Ok(Control::Overflow)));
        assert_eq!(inbox.queue.len(), QUEUE_LENGTH);
    }

    #[test]
    fn a_warning_is_given_once_for_each_deadline() {
        let hub = Hub::default();
        let (outbox, mut inbox) = hub.open();
        let mut limits = Limits {
            idle: Moment(1_000),
            absolute: Moment(9_000),
        };
        hub.join("s", limits, &outbox);
        let lead = Duration::from_millis(500);
        let mut warnings_at = |now| {
            hub.warn_near(lead, Moment(now));
            std::iter::from_fn(|| inbox.queue.try_recv().ok()).count()
        };
        assert_eq!([499, 500, 501].map(&mut warnings_at), [0, 1, 0]);
        limits.idle = Moment(2_000);
        hub.limits_moved("s", limits);
        assert_eq!([1_499, 1_500, 1_501].map(&mut warnings_at), [0, 1, 0]);
    }
}
