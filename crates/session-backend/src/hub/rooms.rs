//! The sockets of each session and each user: who is to be warned, told, replaced or ended.
//!
//! Invariants: the deadlines kept here are a copy that says when to ask the store, never the
//! verdict; a session and a user have so many sockets and no more, the newest ones; a socket that
//! opens after a stop was announced is told as well; a task that ends, however it ends, leaves
//! nothing here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use session_protocol::{EndReason, ServerMessage};

use super::{
    outbox::{Control, Inbox, Outbox, SocketId, mailbox},
    room::Room,
};
use crate::{Moment, limits::Limits};

/// Sockets that come back in a second after a restart; sets the window that clients are told.
pub(crate) const ACCEPTED_PER_SECOND: usize = 500;
/// Sockets of one session; tabs share one, unless their browser lets them not.
///
/// # Source
///
/// OWASP WebSocket Security, connection limits; the numbers are chosen by us.
pub(crate) const SOCKETS_OF_SESSION: usize = 5;
/// Sockets of one user, over all sessions.
pub(crate) const SOCKETS_OF_USER: usize = 20;

struct Socket {
    outbox: Outbox,
    member: Option<Membership>,
}

#[derive(Clone)]
struct Membership {
    session: Arc<str>,
    user: Arc<str>,
}

#[derive(Default)]
struct Registry {
    next_id: SocketId,
    sockets: BTreeMap<SocketId, Socket>,
    rooms: BTreeMap<Arc<str>, Room>,
    users: BTreeMap<Arc<str>, BTreeSet<SocketId>>,
    /// The window told to all, once the server goes down.
    going_away: Option<Duration>,
}

/// Returns the oldest of these sockets that are too many, never the one that has just come.
fn surplus<'a>(
    ids: impl ExactSizeIterator<Item = &'a SocketId>,
    most: usize,
    newcomer: SocketId,
) -> Vec<SocketId> {
    let surplus = ids.len().saturating_sub(most);
    let others = ids.copied().filter(|id| *id != newcomer);
    others.take(surplus).collect()
}

/// Returns how the outbox of a socket is found.
fn outboxes<'a>(
    sockets: &'a BTreeMap<SocketId, Socket>,
) -> impl Fn(SocketId) -> Option<&'a Outbox> {
    |id| sockets.get(&id).map(|socket| &socket.outbox)
}

/// All open sockets.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    registry: Arc<Mutex<Registry>>,
}

/// What a socket that has opened is given: both ends of what waits to be sent, and its seat.
pub(crate) type Place = (Outbox, Inbox, Seat);

/// A socket's place in the hub; it is given up when this is dropped.
pub(crate) struct Seat {
    hub: Hub,
    id: SocketId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut registry = self.hub.lock();
        registry.leave(self.id);
        registry.sockets.remove(&self.id);
    }
}

impl Registry {
    /// Takes a socket out of its room.
    fn leave(&mut self, id: SocketId) {
        let socket = self.sockets.get_mut(&id);
        let Some(Membership { session, user }) = socket.and_then(|socket| socket.member.take())
        else {
            return;
        };
        if let Some(room) = self.rooms.get_mut(&session) {
            room.members.remove(&id);
            if room.members.is_empty() {
                self.rooms.remove(&session);
            }
        }
        if let Some(ids) = self.users.get_mut(&user) {
            ids.remove(&id);
            if ids.is_empty() {
                self.users.remove(&user);
            }
        }
    }

    /// Closes a socket whose place another one has taken. It leaves its room at once: it counts no
    /// more, and no other order can reach it.
    fn replace(&mut self, id: SocketId) {
        self.leave(id);
        if let Some(socket) = self.sockets.get(&id) {
            socket.outbox.control(Control::Replace);
        }
    }

    fn outboxes_of(&self, session: &str) -> impl Iterator<Item = &Outbox> {
        let members = self.rooms.get(session).map(|room| room.members.keys());
        let sockets = members.into_iter().flatten().map(|id| self.sockets.get(id));
        sockets.flatten().map(|socket| &socket.outbox)
    }
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a socket that has not authenticated yet.
    pub(crate) fn open(&self) -> Place {
        let mut registry = self.lock();
        registry.next_id += 1;
        let id = registry.next_id;
        let (outbox, inbox) = mailbox(id);
        if let Some(within) = registry.going_away {
            outbox.control(Control::GoAway { within });
        }
        let socket = Socket {
            outbox: outbox.clone(),
            member: None,
        };
        registry.sockets.insert(id, socket);
        let hub = self.clone();
        (outbox, inbox, Seat { hub, id })
    }

    /// Puts an authenticated socket into the room of its session. If session or user have too many
    /// then, the oldest is replaced.
    pub(crate) fn join(&self, session: &str, user: &str, limits: Limits, id: SocketId) {
        let mut registry = self.lock();
        registry.leave(id);
        let (session, user) = (Arc::<str>::from(session), Arc::<str>::from(user));
        let Some(socket) = registry.sockets.get_mut(&id) else {
            return;
        };
        socket.member = Some(Membership {
            session: Arc::clone(&session),
            user: Arc::clone(&user),
        });
        let room = registry.rooms.entry(session);
        let room = room.or_insert_with(|| Room::new(limits));
        room.limits = limits;
        room.members.insert(id, None);
        let of_session = surplus(room.members.keys(), SOCKETS_OF_SESSION, id);
        for id in of_session {
            registry.replace(id);
        }
        let ids = registry.users.entry(user).or_default();
        ids.insert(id);
        let of_user = surplus(ids.iter(), SOCKETS_OF_USER, id);
        for id in of_user {
            registry.replace(id);
        }
    }

    /// Takes a socket out of the room of its session.
    pub(crate) fn leave(&self, id: SocketId) {
        self.lock().leave(id);
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

    /// Announces that the server goes down to all, those that open from this moment on included;
    /// returns the window told to them.
    pub(crate) fn go_away(&self) -> Duration {
        let within = self.window();
        self.lock().going_away = Some(within);
        self.control(None, Control::GoAway { within });
        within
    }

    /// Returns the time in which all sockets can come back, whole seconds, one at least.
    pub(crate) fn window(&self) -> Duration {
        let seconds = self.count().div_ceil(ACCEPTED_PER_SECOND).max(1);
        Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
    }

    fn control(&self, session: Option<&str>, control: Control) {
        let registry = self.lock();
        match session {
            None => {
                for socket in registry.sockets.values() {
                    socket.outbox.control(control);
                }
            }
            Some(session) => {
                for outbox in registry.outboxes_of(session) {
                    outbox.control(control);
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
        let registry = self.lock();
        registry.rooms.keys().map(ToString::to_string).collect()
    }

    /// Sends a message to all sockets of a session.
    pub(crate) fn tell(&self, session: &str, message: &ServerMessage) {
        let text = Utf8Bytes::from(message.encode());
        for outbox in self.lock().outboxes_of(session) {
            outbox.send(text.clone());
        }
    }

    /// Warns every socket whose session ends within `lead`, once for each deadline.
    pub(crate) fn warn_near(&self, lead: Duration, now: Moment) {
        let Registry { sockets, rooms, .. } = &mut *self.lock();
        for room in rooms.values_mut() {
            if room.limits.is_near(now, lead) {
                room.warn(outboxes(sockets), now);
            }
        }
    }

    /// Warns the sockets of one session, however far its end is.
    pub(crate) fn warn(&self, session: &str, now: Moment) {
        let Registry { sockets, rooms, .. } = &mut *self.lock();
        if let Some(room) = rooms.get_mut(session) {
            room.warn(outboxes(sockets), now);
        }
    }

    /// Returns the sessions whose time may be over, and the limits that say so.
    pub(crate) fn due(&self, now: Moment) -> Vec<(String, Limits)> {
        let registry = self.lock();
        let due = registry
            .rooms
            .iter()
            .filter(|(_, room)| room.limits.passed(now).is_some());
        due.map(|(session, room)| (session.to_string(), room.limits))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::outbox::Errand;
    use super::*;

    const LIMITS: Limits = Limits {
        idle: Moment(1_000),
        absolute: Moment(9_000),
    };

    /// Takes what waits; an order is the last of it.
    async fn errands(inbox: &mut Inbox) -> (usize, Option<Control>) {
        let mut count = 0;
        loop {
            tokio::select! {
                biased;
                errand = inbox.errand() => match errand {
                    Errand::Send(_) => count += 1,
                    Errand::Obey(control) => return (count, Some(control)),
                },
                () = std::future::ready(()) => return (count, None),
            }
        }
    }

    #[tokio::test]
    async fn a_warning_is_given_once_for_each_deadline() {
        let hub = Hub::default();
        let (outbox, mut inbox, _seat) = hub.open();
        let mut limits = LIMITS;
        hub.join("s", "u", limits, outbox.id);
        let lead = Duration::from_millis(500);
        for (idle, times) in [(1_000, [499, 500, 501]), (2_000, [1_499, 1_500, 1_501])] {
            limits.idle = Moment(idle);
            hub.limits_moved("s", limits);
            for (now, expected) in times.into_iter().zip([0, 1, 0]) {
                hub.warn_near(lead, Moment(now));
                assert_eq!(errands(&mut inbox).await, (expected, None), "at {now}");
            }
        }
    }

    #[tokio::test]
    async fn the_oldest_socket_of_a_session_and_of_a_user_makes_room() {
        let hub = Hub::default();
        let mut sockets = Vec::new();
        let mut join = |session: &str, user: &str| {
            let (outbox, inbox, seat) = hub.open();
            hub.join(session, user, LIMITS, outbox.id);
            sockets.push((inbox, seat));
        };
        (0..=SOCKETS_OF_SESSION).for_each(|_| join("a", "u"));
        let of_user = SOCKETS_OF_USER - SOCKETS_OF_SESSION;
        (0..of_user).for_each(|number| join(&format!("b{number}"), "u"));
        join("other", "v");
        join("one more", "u");
        let mut replaced = Vec::new();
        for (index, (inbox, _)) in sockets.iter_mut().enumerate() {
            match errands(inbox).await {
                (0, None) => {}
                (0, Some(Control::Replace)) => replaced.push(index),
                errands => panic!("{index}: {errands:?}"),
            }
        }
        assert_eq!(replaced, [0, 1], "one of the session, then one of the user");
    }

    #[tokio::test]
    async fn a_socket_that_opens_during_the_stop_is_told_too() {
        let hub = Hub::default();
        let (_, mut before, _seat) = hub.open();
        let within = hub.go_away();
        let (outbox, mut after, _seat) = hub.open();
        hub.join("s", "u", LIMITS, outbox.id);
        for inbox in [&mut before, &mut after] {
            assert_eq!(errands(inbox).await, (0, Some(Control::GoAway { within })));
        }
    }

    #[tokio::test]
    async fn a_task_that_ends_anyhow_leaves_nothing() {
        let hub = Hub::default();
        let task = {
            let hub = hub.clone();
            tokio::spawn(async move {
                let (outbox, _inbox, _seat) = hub.open();
                hub.join("s", "u", LIMITS, outbox.id);
                assert_eq!(hub.count(), 0, "this panics with everything at hand");
            })
        };
        assert!(task.await.is_err());
        let registry = hub.lock();
        assert!(registry.sockets.is_empty());
        assert!(registry.rooms.is_empty() && registry.users.is_empty());
    }
}
