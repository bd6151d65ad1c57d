//! The state of a session as the server tells it: who, and how long still.
//!
//! Invariant: times are durations from the moment of the answer, never points on somebody's clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    EndReason, WireError,
    json::{Fields, object, seconds_value},
};

/// Answer of `GET /api/session`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SessionStatus {
    /// The session lives.
    Active(ActiveSession),
    /// There is no session, or it has ended.
    Ended {
        /// Why, where the server still knows.
        reason: Option<EndReason>,
    },
}

/// A living session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ActiveSession {
    /// Identifier of the session; not a credential.
    pub id: String,
    /// Whose session it is.
    pub user: User,
    /// Time until the idle timeout, if the backend has one.
    pub idle_remaining: Option<Duration>,
    /// Time until the absolute timeout, if the backend has one.
    pub absolute_remaining: Option<Duration>,
    /// How long before the end the user is warned.
    pub warning_lead: Duration,
    /// Whether an extension would move the nearest limit.
    pub extendable: bool,
}

/// The person a session belongs to.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct User {
    /// Stable identifier (OpenID Connect `sub`).
    pub id: String,
    /// Email address, the login name.
    pub email: String,
    /// Name to show.
    pub name: String,
}

/// Warning lead of a backend that tells none: 120 s, as in OWASP's and Kibana's practice.
const DEFAULT_WARNING_LEAD: Duration = Duration::from_secs(120);

impl SessionStatus {
    /// Reads a `SessionStatus` body.
    ///
    /// # Errors
    ///
    /// A [`WireError`] that names the field, if the value is no object or `active` sessions lack
    /// an identifier or a user.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        if fields.flag("active")? == Some(false) {
            let reason = fields.optional_text("reason")?.and_then(EndReason::parse);
            return Ok(Self::Ended { reason });
        }
        ActiveSession::from_value(value).map(Self::Active)
    }

    /// Writes the body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Active(session) => session.to_value(),
            Self::Ended { reason } => object(vec![
                ("active", false.into()),
                (
                    "reason",
                    reason.map_or(Value::Null, |reason| Value::from(reason.code())),
                ),
            ]),
        }
    }
}

impl ActiveSession {
    /// Reads a living session.
    ///
    /// # Errors
    ///
    /// A [`WireError`] that names the missing or wrong field.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        let user = fields
            .find("user")
            .ok_or(WireError::MissingField { field: "user" })?;
        Ok(Self {
            id: fields.identifier("id")?,
            user: User::from_value(user)?,
            idle_remaining: fields.optional_seconds("idleRemainingSeconds")?,
            absolute_remaining: fields.optional_seconds("absoluteRemainingSeconds")?,
            warning_lead: fields
                .optional_seconds("warningLeadSeconds")?
                .unwrap_or(DEFAULT_WARNING_LEAD),
            extendable: fields.flag("extendable")?.unwrap_or(true),
        })
    }

    /// Writes the session.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![
            ("active", true.into()),
            ("id", Value::from(self.id.as_str())),
            ("user", self.user.to_value()),
            (
                "idleRemainingSeconds",
                self.idle_remaining.map_or(Value::Null, seconds_value),
            ),
            (
                "absoluteRemainingSeconds",
                self.absolute_remaining.map_or(Value::Null, seconds_value),
            ),
            ("warningLeadSeconds", seconds_value(self.warning_lead)),
            ("extendable", Value::from(self.extendable)),
        ])
    }
}

impl User {
    /// Reads a user; email and name may be absent.
    ///
    /// # Errors
    ///
    /// A [`WireError`] if there is no identifier.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        Ok(Self {
            id: fields.identifier("id")?,
            email: fields
                .optional_text("email")?
                .unwrap_or_default()
                .to_owned(),
            name: fields.optional_text("name")?.unwrap_or_default().to_owned(),
        })
    }

    /// Writes the user.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![
            ("id", Value::from(self.id.as_str())),
            ("email", Value::from(self.email.as_str())),
            ("name", Value::from(self.name.as_str())),
        ])
    }
}
