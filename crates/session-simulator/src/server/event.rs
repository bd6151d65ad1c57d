//! What the server does on a socket.
//!
//! Small, comparable and hashable for the same reason as a response.

use std::time::Duration;

use session_protocol::{CloseCode, EndReason, ServerMessage, Value, WarningCause, object};

use super::{ConnectionId, LiveSession, UserId};

/// The one topic that can be subscribed.
pub const TOPIC: &str = "feed";

/// Something that leaves the server on a socket. Events of one socket arrive in order.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SocketEvent {
    /// Which socket.
    pub connection: ConnectionId,
    /// What leaves.
    pub sent: Sent,
}

/// Collects what leaves on sockets during one call.
#[derive(Debug, Default)]
pub(super) struct Events(Vec<SocketEvent>);

impl Events {
    pub(super) fn say(&mut self, connection: ConnectionId, push: Push) {
        let sent = Sent::Message(push);
        self.0.push(SocketEvent { connection, sent });
    }

    pub(super) fn close(
        &mut self,
        connection: ConnectionId,
        code: CloseCode,
        reason: &'static str,
    ) {
        let sent = Sent::Close { code, reason };
        self.0.push(SocketEvent { connection, sent });
    }

    pub(super) fn take(self) -> Vec<SocketEvent> {
        self.0
    }
}

/// What leaves on a socket.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sent {
    /// A message.
    Message(Push),
    /// The server closed; it has forgotten the socket.
    Close {
        /// Close code.
        code: CloseCode,
        /// Close reason.
        reason: &'static str,
    },
}

/// A message of the server.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Push {
    /// Answers `auth` and `auth_refresh`.
    AuthOk {
        /// Rest of the access token's lifetime.
        expires_in: Duration,
        /// The session.
        session: LiveSession,
    },
    /// The access token ends soon.
    AuthExpiringSoon {
        /// Rest of the access token's lifetime.
        remaining: Duration,
    },
    /// The session ends soon.
    Warning {
        /// Time until the end.
        remaining: Duration,
        /// Whether an extension would move the limit; else it is the absolute one.
        extendable: bool,
    },
    /// The session was extended.
    Extended(LiveSession),
    /// The session has ended.
    Expired(EndReason),
    /// The server restarts.
    GoingAway {
        /// Window in which the client comes back.
        within: Duration,
    },
    /// Application data.
    Update {
        /// Counts the updates.
        seq: u64,
        /// Whose data it is.
        user: UserId,
    },
    /// Answers `heartbeat`.
    HeartbeatAck,
    /// A message was refused.
    Error {
        /// Enumerated code.
        code: &'static str,
    },
}

impl Push {
    /// Returns the message in the words of the protocol.
    #[must_use]
    pub fn message(self) -> ServerMessage {
        match self {
            Self::AuthOk {
                expires_in,
                session,
            } => ServerMessage::AuthOk {
                expires_in,
                session: Some(session.describe()),
                reconnect_within: None,
            },
            Self::AuthExpiringSoon { remaining } => ServerMessage::AuthExpiringSoon { remaining },
            Self::Warning {
                remaining,
                extendable,
            } => ServerMessage::SessionWarning {
                remaining,
                cause: if extendable {
                    WarningCause::Idle
                } else {
                    WarningCause::Absolute
                },
                extendable,
            },
            Self::Extended(session) => ServerMessage::SessionExtended {
                session: session.describe(),
            },
            Self::Expired(reason) => ServerMessage::SessionExpired { reason },
            Self::GoingAway { within } => ServerMessage::GoingAway {
                reconnect_within: within,
            },
            Self::Update { seq, user } => ServerMessage::DataUpdate {
                topic: TOPIC.to_owned(),
                seq,
                payload: object(vec![("user", Value::from(user.to_string()))]),
            },
            Self::HeartbeatAck => ServerMessage::HeartbeatAck,
            Self::Error { code } => ServerMessage::Error {
                code: code.to_owned(),
            },
        }
    }
}
