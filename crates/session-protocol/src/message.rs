//! Messages on the socket, both directions.
//!
//! Text frames, one JSON object with a `type`. Invariants: [`ServerMessage::decode`] and
//! [`ClientMessage::decode`] accept any text and never panic; encoding then decoding gives the
//! same message.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ActiveSession, EndReason, Secret, WireError,
    error::shown,
    json::{Fields, object, parse_object, seconds_value, write},
    names::same_name,
};

/// Longest message in either direction, in bytes.
///
/// # Source
///
/// OWASP WebSocket Security Cheat Sheet, message size limits.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// A message from the server.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerMessage {
    /// Answers `auth` and `auth_refresh`.
    AuthOk {
        /// Rest of the access token's lifetime.
        expires_in: Duration,
        /// The session, where the backend tells it.
        session: Option<ActiveSession>,
        /// If the connection breaks, reconnect at a random point inside this time.
        reconnect_within: Option<Duration>,
    },
    /// The access token, not the session, ends soon.
    AuthExpiringSoon {
        /// Rest of the access token's lifetime.
        remaining: Duration,
    },
    /// The session ends soon.
    SessionWarning {
        /// Time until the end.
        remaining: Duration,
        /// Which limit is near.
        cause: WarningCause,
        /// Whether the user can extend it.
        extendable: bool,
    },
    /// The session was extended, here or in another tab.
    SessionExtended {
        /// The session with its new limits.
        session: ActiveSession,
    },
    /// The session has ended; a close with 1008 follows.
    SessionExpired {
        /// Why; [`EndReason::SessionTimeout`] if the server does not say.
        reason: EndReason,
    },
    /// The server restarts; a close with 1012 follows.
    GoingAway {
        /// Reconnect at a random point inside this time.
        reconnect_within: Duration,
    },
    /// Application data of a topic.
    DataUpdate {
        /// Topic that was subscribed.
        topic: String,
        /// Counts the updates of the topic.
        seq: u64,
        /// The application's own JSON.
        payload: Value,
    },
    /// Answers `heartbeat`, in its turn: whatever was sent before comes before. Tabs that share a socket
    /// tell by it whether a replay is over.
    HeartbeatAck,
    /// The server refused a message.
    Error {
        /// Enumerated code.
        code: String,
    },
}

/// Which limit a warning is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum WarningCause {
    /// The idle timeout; activity or an extension moves it.
    Idle,
    /// The absolute timeout; nothing moves it.
    Absolute,
    /// An administrator ends the session soon.
    Admin,
}

impl WarningCause {
    /// Returns the name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Admin => "admin",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut all = [Self::Idle, Self::Absolute, Self::Admin].into_iter();
        all.find(|cause| same_name(cause.name(), text))
    }
}

/// Further names of server messages, for backends that call them otherwise.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MessageNames(Vec<(String, &'static str)>);

const SERVER_TYPES: [&str; 9] = [
    "auth_ok",
    "auth_expiring_soon",
    "SESSION_WARNING",
    "SESSION_EXTENDED",
    "SESSION_EXPIRED",
    "GOING_AWAY",
    "DATA_UPDATE",
    "heartbeat_ack",
    "error",
];

impl MessageNames {
    /// Adds `alias` for the message type `canonical`; returns whether there is such a type.
    pub fn add(&mut self, canonical: &str, alias: &str) -> bool {
        let found = SERVER_TYPES
            .into_iter()
            .find(|name| same_name(name, canonical));
        if let Some(name) = found {
            self.0.push((alias.to_owned(), name));
        }
        found.is_some()
    }

    /// Returns whether there is a message type of this name.
    pub(crate) fn is_known(canonical: &str) -> bool {
        let mut types = SERVER_TYPES.into_iter();
        types.any(|name| same_name(name, canonical))
    }

    fn resolve(&self, name: &str) -> Option<&'static str> {
        let known = SERVER_TYPES
            .into_iter()
            .find(|known| same_name(known, name));
        known.or_else(|| {
            self.0
                .iter()
                .find(|(alias, _)| same_name(alias, name))
                .map(|(_, known)| *known)
        })
    }
}

impl ServerMessage {
    /// Reads a message.
    ///
    /// # Errors
    ///
    /// A [`WireError`] if the text is too large, too deep, malformed, of an unknown type, or
    /// lacks a field of its type.
    pub fn decode(text: &str, names: &MessageNames) -> Result<Self, WireError> {
        let object = parse_object(text, MAX_MESSAGE_BYTES)?;
        let fields = Fields(&object);
        let name = fields.type_name()?;
        Ok(match names.resolve(name).unwrap_or_default() {
            "auth_ok" => Self::AuthOk {
                expires_in: fields.seconds("expiresIn")?,
                session: fields
                    .find("session")
                    .map(ActiveSession::from_value)
                    .transpose()?,
                reconnect_within: fields.optional_seconds("reconnectWithinSeconds")?,
            },
            "auth_expiring_soon" => Self::AuthExpiringSoon {
                remaining: fields.seconds("remainingSeconds")?,
            },
            "SESSION_WARNING" => {
                let cause = fields
                    .optional("cause", "idle, absolute or admin", |value| {
                        value.as_str().and_then(WarningCause::parse)
                    })?
                    .unwrap_or(WarningCause::Idle);
                let extendable = fields.flag("extendable")?;
                Self::SessionWarning {
                    remaining: fields.seconds("remainingSeconds")?,
                    cause,
                    extendable: extendable.unwrap_or(cause == WarningCause::Idle),
                }
            }
            "SESSION_EXTENDED" => {
                let session = fields
                    .find("session")
                    .ok_or(WireError::MissingField { field: "session" })?;
                Self::SessionExtended {
                    session: ActiveSession::from_value(session)?,
                }
            }
            "SESSION_EXPIRED" => {
                let reason = fields.optional_text("reason")?.and_then(EndReason::parse);
                Self::SessionExpired {
                    reason: reason.unwrap_or(EndReason::SessionTimeout),
                }
            }
            "GOING_AWAY" => {
                let within = fields.optional_seconds("reconnectWithinSeconds")?;
                Self::GoingAway {
                    reconnect_within: within.unwrap_or(Duration::from_secs(1)),
                }
            }
            "DATA_UPDATE" => Self::DataUpdate {
                topic: fields
                    .optional_text("topic")?
                    .unwrap_or_default()
                    .to_owned(),
                seq: fields.count("seq")?.unwrap_or_default(),
                payload: fields.find("payload").cloned().unwrap_or_default(),
            },
            "heartbeat_ack" => Self::HeartbeatAck,
            "error" => Self::Error {
                code: fields.text("code")?.to_owned(),
            },
            _ => {
                return Err(WireError::UnknownType { name: shown(name) });
            }
        })
    }

    /// Writes the message.
    #[must_use]
    pub fn encode(&self) -> String {
        let message = match self {
            Self::AuthOk {
                expires_in,
                session,
                reconnect_within,
            } => {
                let session = session.as_ref();
                let mut fields = vec![
                    ("type", "auth_ok".into()),
                    ("expiresIn", seconds_value(*expires_in)),
                    (
                        "session",
                        session.map_or(Value::Null, ActiveSession::to_value),
                    ),
                ];
                let within = reconnect_within.map(seconds_value);
                fields.extend(within.map(|within| ("reconnectWithinSeconds", within)));
                object(fields)
            }
            Self::AuthExpiringSoon { remaining } => object(vec![
                ("type", "auth_expiring_soon".into()),
                ("remainingSeconds", seconds_value(*remaining)),
            ]),
            Self::SessionWarning {
                remaining,
                cause,
                extendable,
            } => object(vec![
                ("type", "SESSION_WARNING".into()),
                ("remainingSeconds", seconds_value(*remaining)),
                ("cause", Value::from(cause.name())),
                ("extendable", Value::from(*extendable)),
            ]),
            Self::SessionExtended { session } => object(vec![
                ("type", "SESSION_EXTENDED".into()),
                ("session", session.to_value()),
            ]),
            Self::SessionExpired { reason } => object(vec![
                ("type", "SESSION_EXPIRED".into()),
                ("reason", Value::from(reason.code())),
                ("message", "The session has ended. Log in again.".into()),
            ]),
            Self::GoingAway { reconnect_within } => object(vec![
                ("type", "GOING_AWAY".into()),
                ("reconnectWithinSeconds", seconds_value(*reconnect_within)),
            ]),
            Self::DataUpdate {
                topic,
                seq,
                payload,
            } => object(vec![
                ("type", "DATA_UPDATE".into()),
                ("topic", Value::from(topic.as_str())),
                ("seq", Value::from(*seq)),
                ("payload", payload.clone()),
            ]),
            Self::HeartbeatAck => object(vec![("type", "heartbeat_ack".into())]),
            Self::Error { code } => object(vec![
                ("type", "error".into()),
                ("code", Value::from(code.as_str())),
            ]),
        };
        write(&message)
    }
}

/// A message from the client.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ClientMessage {
    /// First message on a socket: who is there.
    Auth {
        /// The access token.
        token: Secret,
    },
    /// A newer access token, before the old one ends.
    AuthRefresh {
        /// The access token.
        token: Secret,
    },
    /// The user did something; the only message that moves the idle deadline.
    Activity,
    /// Send updates of this topic.
    Subscribe {
        /// Topic name.
        topic: String,
        /// Last `seq` that was received; newer updates that the server still has come first.
        after: Option<u64>,
    },
    /// Stop sending updates of this topic.
    Unsubscribe {
        /// Topic name.
        topic: String,
    },
    /// Is anybody there?
    Heartbeat,
}

impl ClientMessage {
    /// Returns the type name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "auth",
            Self::AuthRefresh { .. } => "auth_refresh",
            Self::Activity => "activity",
            Self::Subscribe { .. } => "subscribe",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::Heartbeat => "heartbeat",
        }
    }

    /// Reads a message.
    ///
    /// # Errors
    ///
    /// A [`WireError`] if the text is too large, too deep, malformed, of an unknown type, or
    /// lacks a field of its type.
    pub fn decode(text: &str) -> Result<Self, WireError> {
        let object = parse_object(text, MAX_MESSAGE_BYTES)?;
        let fields = Fields(&object);
        let name = fields.type_name()?;
        let is = |known: &str| same_name(known, name);
        let topic = || fields.text("topic").map(str::to_owned);
        let token = || fields.secret("token");
        match () {
            () if is("auth") => Ok(Self::Auth { token: token()? }),
            () if is("auth_refresh") => Ok(Self::AuthRefresh { token: token()? }),
            () if is("activity") => Ok(Self::Activity),
            () if is("subscribe") => Ok(Self::Subscribe {
                topic: topic()?,
                after: fields.count("after")?,
            }),
            () if is("unsubscribe") => Ok(Self::Unsubscribe { topic: topic()? }),
            () if is("heartbeat") => Ok(Self::Heartbeat),
            () => Err(WireError::UnknownType { name: shown(name) }),
        }
    }

    /// Writes the message.
    ///
    /// # Security
    ///
    /// The text of `auth` and `auth_refresh` holds the access token: send it, do not log it.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut object = object(vec![("type", Value::from(self.name()))]);
        match self {
            Self::Auth { token } | Self::AuthRefresh { token } => {
                object["token"] = token.expose().into();
            }
            Self::Subscribe { topic, after } => {
                object["topic"] = topic.as_str().into();
                if let Some(after) = after {
                    object["after"] = (*after).into();
                }
            }
            Self::Unsubscribe { topic } => object["topic"] = topic.as_str().into(),
            Self::Activity | Self::Heartbeat => {}
        }
        write(&object)
    }
}
