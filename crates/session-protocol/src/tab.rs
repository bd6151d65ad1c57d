//! What tabs tell each other.
//!
//! Notices are hints: they can make a tab ask the server or show less, never grant or prolong a
//! session. Invariant: there is no field that could hold a token.

use serde_json::Value;

use crate::{
    WireError,
    json::{Fields, object, parse_object, write},
    names::same_name,
};

/// Longest notice that is read, in bytes.
pub const MAX_NOTICE_BYTES: usize = 4096;

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
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TabNoticeKind {
    /// A user logged in; the browser has a session cookie again.
    LoggedIn,
    /// The user logged out.
    LoggedOut,
    /// The session expired.
    Expired,
}

impl TabNoticeKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::LoggedIn, Self::LoggedOut, Self::Expired];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoggedIn => "logged_in",
            Self::LoggedOut => "logged_out",
            Self::Expired => "expired",
        }
    }
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
        let name = fields
            .find("type")
            .and_then(Value::as_str)
            .ok_or(WireError::MissingType)?;
        let mut kinds = TabNoticeKind::ALL.into_iter();
        let kind = kinds
            .find(|kind| same_name(kind.name(), name))
            .ok_or_else(|| WireError::UnknownType {
                name: name.chars().take(40).collect(),
            })?;
        Ok(Self {
            kind,
            epoch: fields
                .count("epoch")?
                .ok_or(WireError::MissingField { field: "epoch" })?,
            session: fields.text("session")?.to_owned(),
            sender: fields.text("sender")?.to_owned(),
            seq: fields
                .count("seq")?
                .ok_or(WireError::MissingField { field: "seq" })?,
        })
    }

    /// Writes the notice.
    #[must_use]
    pub fn encode(&self) -> String {
        write(&object(vec![
            ("type", Value::from(self.kind.name())),
            ("epoch", Value::from(self.epoch)),
            ("session", Value::from(self.session.as_str())),
            ("sender", Value::from(self.sender.as_str())),
            ("seq", Value::from(self.seq)),
        ]))
    }
}
