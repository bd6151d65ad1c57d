//! What tabs tell each other.
//!
//! Notices are hints: they can make a tab ask the server or show less, never grant or prolong a
//! session. Invariant: there is no field that could hold a token.

use std::time::Duration;

use serde_json::Value;

use crate::{
    MAX_MESSAGE_BYTES, WireError,
    error::shown,
    json::{Fields, object, parse_object, seconds_value, write},
    names::same_name,
};

/// Longest notice that is read, in bytes: the longest update of the socket, whose numbers may be
/// written out when it is passed on (`1e20` is four bytes from the server and 21 from a browser).
pub const MAX_NOTICE_BYTES: usize = 5 * MAX_MESSAGE_BYTES;

/// One notice between tabs of one browser.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TabNotice {
    /// What happened.
    pub kind: TabNoticeKind,
    /// The sender's session epoch in which it happened.
    pub epoch: u64,
    /// Hash of the session identifier that it is about.
    pub session: String,
    /// Identifier of the sending tab.
    pub sender: String,
    /// Counts the sender's notices, from 1.
    pub seq: u64,
}

/// What a tab tells the others.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum TabNoticeKind {
    /// A user logged in; the browser has a session cookie again.
    LoggedIn,
    /// The user logged out.
    LoggedOut,
    /// The session expired.
    Expired,
    /// The limits of the session changed: the server can tell how.
    Changed,
    /// The user was active.
    Active,
    /// Is there a leader?
    Asking {
        /// Whether the sender can be seen, and takes over from a leader that cannot.
        visible: bool,
        /// Whether the sender may take the lock from a leader that is silent.
        candidate: bool,
    },
    /// The sender holds the socket.
    Leading {
        /// Number of the leadership; a higher one is newer.
        term: u64,
        /// How the socket is.
        socket: SharedSocket,
        /// Whether the sender can be seen.
        visible: bool,
    },
    /// The sender let the socket go.
    Resigned {
        /// Number of the leadership that ended.
        term: u64,
        /// The tab that takes over; empty for whoever is next.
        to: String,
    },
    /// The sender wants the updates of a topic.
    Wanting {
        /// The topic.
        topic: String,
        /// Number of the last update that the sender has.
        after: Option<u64>,
    },
    /// The sender no longer wants the updates of a topic.
    Unwanted {
        /// The topic.
        topic: String,
    },
    /// The leader passes an update on.
    Update {
        /// Number of the leadership.
        term: u64,
        /// The topic.
        topic: String,
        /// Counts the updates of the topic.
        seq: u64,
        /// Number of the one before it on the leader's subscription, or of the one after which that
        /// was asked to begin; 0 if there is none. If it is higher, the server's count started over.
        after: u64,
        /// The application's own JSON.
        payload: Value,
    },
}

/// How the socket of all tabs is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SharedSocket {
    /// Messages flow.
    Live,
    /// It is on its way, or there is nothing to open it with.
    Down,
    /// The server asked to be left alone for this time.
    Held(Duration),
    /// The server refuses it for good; the session stays.
    Refused,
}

impl SharedSocket {
    fn read(fields: Fields<'_>) -> Result<Self, WireError> {
        let flag = |field| fields.flag(field).map(Option::unwrap_or_default);
        Ok(if flag("live")? {
            Self::Live
        } else if flag("refused")? {
            Self::Refused
        } else {
            let wait = fields.optional_seconds("waitSeconds")?;
            wait.map_or(Self::Down, Self::Held)
        })
    }

    fn write(self, pairs: &mut Vec<(&'static str, Value)>) {
        pairs.push(("live", (self == Self::Live).into()));
        match self {
            Self::Live | Self::Down => {}
            Self::Held(wait) => pairs.push(("waitSeconds", seconds_value(wait))),
            Self::Refused => pairs.push(("refused", true.into())),
        }
    }
}

impl TabNoticeKind {
    /// The kinds that tell of the life of a session.
    pub const LIFE: [Self; 3] = [Self::LoggedIn, Self::LoggedOut, Self::Expired];

    /// Returns whether it tells of the life of a session.
    #[must_use]
    pub const fn is_of_life(&self) -> bool {
        matches!(self, Self::LoggedIn | Self::LoggedOut | Self::Expired)
    }

    /// Returns the name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LoggedIn => "logged_in",
            Self::LoggedOut => "logged_out",
            Self::Expired => "expired",
            Self::Changed => "changed",
            Self::Active => "active",
            Self::Asking { .. } => "asking",
            Self::Leading { .. } => "leading",
            Self::Resigned { .. } => "resigned",
            Self::Wanting { .. } => "wanting",
            Self::Unwanted { .. } => "unwanted",
            Self::Update { .. } => "update",
        }
    }

    fn read(name: &str, fields: Fields<'_>) -> Result<Self, WireError> {
        let is = |known: &str| same_name(known, name);
        let term = || required(fields.count("term")?, "term");
        let topic = || fields.text("topic").map(ToOwned::to_owned);
        let flag = |field| fields.flag(field).map(Option::unwrap_or_default);
        let mut life = Self::LIFE.into_iter();
        Ok(if let Some(kind) = life.find(|kind| is(kind.name())) {
            kind
        } else if is("changed") {
            Self::Changed
        } else if is("active") {
            Self::Active
        } else if is("asking") {
            Self::Asking {
                visible: flag("visible")?,
                candidate: flag("candidate")?,
            }
        } else if is("leading") {
            Self::Leading {
                term: term()?,
                socket: SharedSocket::read(fields)?,
                visible: flag("visible")?,
            }
        } else if is("resigned") {
            Self::Resigned {
                term: term()?,
                to: fields.text("to")?.to_owned(),
            }
        } else if is("wanting") {
            Self::Wanting {
                topic: topic()?,
                after: fields.count("after")?,
            }
        } else if is("unwanted") {
            Self::Unwanted { topic: topic()? }
        } else if is("update") {
            Self::Update {
                term: term()?,
                topic: topic()?,
                seq: required(fields.count("updateSeq")?, "updateSeq")?,
                after: fields.count("after")?.unwrap_or_default(),
                payload: fields.find("payload").cloned().unwrap_or_default(),
            }
        } else {
            return Err(WireError::UnknownType { name: shown(name) });
        })
    }

    fn write(&self, pairs: &mut Vec<(&'static str, Value)>) {
        match self {
            Self::LoggedIn | Self::LoggedOut | Self::Expired | Self::Changed | Self::Active => {}
            Self::Asking { visible, candidate } => pairs.extend([
                ("visible", Value::from(*visible)),
                ("candidate", (*candidate).into()),
            ]),
            Self::Leading {
                term,
                socket,
                visible,
            } => {
                pairs.push(("term", Value::from(*term)));
                socket.write(pairs);
                pairs.push(("visible", (*visible).into()));
            }
            Self::Resigned { term, to } => pairs.extend([
                ("term", Value::from(*term)),
                ("to", Value::from(to.as_str())),
            ]),
            Self::Wanting { topic, after } => {
                pairs.push(("topic", Value::from(topic.as_str())));
                pairs.extend(after.map(|after| ("after", Value::from(after))));
            }
            Self::Unwanted { topic } => pairs.push(("topic", Value::from(topic.as_str()))),
            Self::Update {
                term,
                topic,
                seq,
                after,
                payload,
            } => pairs.extend([
                ("term", Value::from(*term)),
                ("topic", Value::from(topic.as_str())),
                ("updateSeq", Value::from(*seq)),
                ("after", Value::from(*after)),
                ("payload", payload.clone()),
            ]),
        }
    }
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, WireError> {
    value.ok_or(WireError::MissingField { field })
}

impl TabNotice {
    /// Reads a notice.
    ///
    /// # Errors
    ///
    /// A [`WireError`] if the text is too large, malformed or of an unknown kind.
    pub fn decode(text: &str) -> Result<Self, WireError> {
        let object = parse_object(text, MAX_NOTICE_BYTES)?;
        let fields = Fields(&object);
        let name = fields.type_name()?;
        Ok(Self {
            kind: TabNoticeKind::read(name, fields)?,
            epoch: required(fields.count("epoch")?, "epoch")?,
            session: fields.text("session")?.to_owned(),
            sender: fields.text("sender")?.to_owned(),
            seq: required(fields.count("seq")?, "seq")?,
        })
    }

    /// Writes the notice.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut pairs = vec![
            ("type", Value::from(self.kind.name())),
            ("epoch", Value::from(self.epoch)),
            ("session", Value::from(self.session.as_str())),
            ("sender", Value::from(self.sender.as_str())),
            ("seq", Value::from(self.seq)),
        ];
        self.kind.write(&mut pairs);
        write(&object(pairs))
    }
}
