//! Sockets: who may use them, what they may say, what they hear.
//!
//! Invariants: nothing but a proof of identity is accepted before there is one; every operation
//! asks whether the session lives; activity is the only message that moves the idle deadline.

use std::time::Duration;

use session_protocol::{ClientMessage, CloseCode, EndReason};

use super::{
    AccessToken, ConnectionId, FamilyId, Party, Push, Server, SocketEvent,
    event::{Events, TOPIC},
};
use crate::bug::Bug;

/// An open socket. All of it is volatile.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Socket {
    /// Who opened it; nothing the server could see.
    pub party: Party,
    /// When it was opened.
    pub opened_at: Duration,
    /// Who uses it, once that is proved.
    pub member: Option<Member>,
    /// Whether it hears of updates.
    pub subscribed: bool,
}

/// Who uses a socket.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Member {
    /// The session.
    pub family: FamilyId,
    /// When the access token ends.
    pub token_ends_at: Duration,
    /// Whether the client was told that its token ends soon.
    pub token_noticed: bool,
    /// The deadline of which the client was warned.
    pub warned_of: Option<Duration>,
}

impl Server {
    /// The opening handshake of a socket succeeds.
    pub fn open_socket(&mut self, connection: ConnectionId, party: Party, now: Duration) {
        let socket = Socket {
            party,
            opened_at: now,
            member: None,
            subscribed: false,
        };
        self.sockets.insert(connection, socket);
    }

    /// A connection broke, or the client closed it.
    pub fn lose_socket(&mut self, connection: ConnectionId) {
        self.sockets.remove(&connection);
    }

    /// A message arrives on a socket. On one that is closed already nothing happens.
    pub fn receive(
        &mut self,
        connection: ConnectionId,
        message: &ClientMessage,
        now: Duration,
    ) -> Vec<SocketEvent> {
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        let Some(socket) = self.sockets.get(&connection) else {
            return events.take();
        };
        let (party, member) = (socket.party, socket.member);
        match member {
            None => self.receive_first(connection, party, message, now, &mut events),
            Some(member) => {
                self.obey(connection, party, member.family, message, now, &mut events);
            }
        }
        events.take()
    }

    /// Publishes the next update of the topic.
    pub fn publish(&mut self, now: Duration) -> Vec<SocketEvent> {
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        let seq = self.next_seq;
        self.next_seq += 1;
        self.kept_updates = self
            .kept_updates
            .saturating_add(1)
            .min(self.policy.kept_updates);
        let subscribed = |(id, socket): (&ConnectionId, &Socket)| {
            let member = socket.member.filter(|_| socket.subscribed)?;
            Some((*id, member.family))
        };
        let readers: Vec<_> = self.sockets.iter().filter_map(subscribed).collect();
        for (connection, family) in readers {
            self.send_update(connection, family, seq, now, &mut events);
        }
        events.take()
    }

    /// Returns the number of the newest update; 0 if there is none.
    #[must_use]
    pub const fn newest_update(&self) -> u64 {
        self.next_seq - 1
    }

    /// Returns the number of the oldest update that is kept for whoever comes back; if none is, the
    /// next one's.
    #[must_use]
    pub fn oldest_update(&self) -> u64 {
        self.next_seq - u64::from(self.kept_updates)
    }

    fn receive_first(
        &mut self,
        connection: ConnectionId,
        party: Party,
        message: &ClientMessage,
        now: Duration,
        events: &mut Events,
    ) {
        match message {
            ClientMessage::Auth { token } => match self.living(token.expose(), party, now) {
                Some((token, Ok(_))) => self.confirm(connection, token, now, events),
                Some((_, Err(reason))) => self.close_as_over(connection, reason, events),
                None => {
                    events.say(
                        connection,
                        Push::Error {
                            code: "invalid_token",
                        },
                    );
                    let code = CloseCode::AUTH_TIMEOUT;
                    self.close(connection, code, "invalid_token", events);
                }
            },
            ClientMessage::AuthRefresh { .. }
            | ClientMessage::Activity
            | ClientMessage::Subscribe { .. }
            | ClientMessage::Unsubscribe { .. }
            | ClientMessage::Heartbeat => events.say(
                connection,
                Push::Error {
                    code: "auth_required",
                },
            ),
        }
    }

    fn obey(
        &mut self,
        connection: ConnectionId,
        party: Party,
        id: FamilyId,
        message: &ClientMessage,
        now: Duration,
        events: &mut Events,
    ) {
        match message {
            ClientMessage::Auth { token } | ClientMessage::AuthRefresh { token } => {
                return self.renew(connection, party, id, token.expose(), now, events);
            }
            ClientMessage::Activity => self.extend(id, now, events),
            ClientMessage::Subscribe { topic, after } if topic == TOPIC => {
                self.subscribe(connection, id, *after, now, events);
            }
            ClientMessage::Unsubscribe { topic } if topic == TOPIC => {
                if let Some(socket) = self.sockets.get_mut(&connection) {
                    socket.subscribed = false;
                }
            }
            ClientMessage::Subscribe { .. } | ClientMessage::Unsubscribe { .. } => {
                events.say(
                    connection,
                    Push::Error {
                        code: "unknown_topic",
                    },
                );
            }
            ClientMessage::Heartbeat => {
                if self.bugs.has(Bug::HeartbeatIsActivity)
                    && let Some(family) = self.families.get_mut(&id)
                {
                    family.idle_deadline = now.saturating_add(self.policy.idle_timeout);
                }
                events.say(connection, Push::HeartbeatAck);
            }
        }
        self.accept(id, now);
    }

    fn renew(
        &mut self,
        connection: ConnectionId,
        party: Party,
        id: FamilyId,
        token: &str,
        now: Duration,
        events: &mut Events,
    ) {
        match self.living(token, party, now) {
            None => events.say(
                connection,
                Push::Error {
                    code: "invalid_token",
                },
            ),
            Some((token, _)) if token.family != id => {
                events.say(connection, Push::Error { code: "forbidden" });
                self.close(connection, CloseCode::FORBIDDEN, "forbidden", events);
            }
            Some((token, Ok(_))) => self.confirm(connection, token, now, events),
            Some((_, Err(reason))) => self.close_as_over(connection, reason, events),
        }
    }

    fn living(
        &mut self,
        token: &str,
        party: Party,
        now: Duration,
    ) -> Option<(AccessToken, Result<FamilyId, EndReason>)> {
        let token = AccessToken::read(token).filter(|token| now < token.ends_at)?;
        Some((token, self.session_of(token, party, now)))
    }

    fn confirm(
        &mut self,
        connection: ConnectionId,
        token: AccessToken,
        now: Duration,
        events: &mut Events,
    ) {
        let id = token.family;
        self.accept(id, now);
        let (Some(socket), Some(family)) =
            (self.sockets.get_mut(&connection), self.families.get(&id))
        else {
            return;
        };
        socket.member = Some(Member {
            family: id,
            token_ends_at: token.ends_at,
            token_noticed: false,
            warned_of: socket.member.and_then(|member| member.warned_of),
        });
        let answer = Push::AuthOk {
            expires_in: token.remaining(now),
            session: family.describe(id, &self.policy, now),
        };
        events.say(connection, answer);
    }

    /// First the kept updates after `after`, or all of them. A subscriber that is there already
    /// gets nothing again.
    fn subscribe(
        &mut self,
        connection: ConnectionId,
        id: FamilyId,
        after: Option<u64>,
        now: Duration,
        events: &mut Events,
    ) {
        let Some(socket) = self.sockets.get_mut(&connection) else {
            return;
        };
        if std::mem::replace(&mut socket.subscribed, true) {
            return;
        }
        let oldest = self.oldest_update();
        let first = after.map_or(oldest, |after| oldest.max(after.saturating_add(1)));
        for seq in first..self.next_seq {
            self.send_update(connection, id, seq, now, events);
        }
    }

    fn send_update(
        &mut self,
        connection: ConnectionId,
        id: FamilyId,
        seq: u64,
        now: Duration,
        events: &mut Events,
    ) {
        self.accept(id, now);
        if let Some(family) = self.families.get(&id) {
            let user = family.user;
            events.say(connection, Push::Update { seq, user });
        }
    }

    fn close_as_over(&mut self, connection: ConnectionId, reason: EndReason, events: &mut Events) {
        events.say(connection, Push::Expired(reason));
        let code = CloseCode::POLICY_VIOLATION;
        self.close(connection, code, reason.code(), events);
    }

    pub(super) fn sockets_of(&self, id: FamilyId) -> Vec<ConnectionId> {
        let of_family = |(connection, socket): (&ConnectionId, &Socket)| {
            let member = socket.member.filter(|member| member.family == id);
            member.map(|_| *connection)
        };
        self.sockets.iter().filter_map(of_family).collect()
    }
}
