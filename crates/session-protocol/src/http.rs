//! Bodies of the HTTP calls: login, tokens, tickets, problems.
//!
//! Invariant: the refresh token is in no body; it travels in an HttpOnly cookie only.

use std::time::Duration;

use serde_json::Value;

use crate::{
    ActiveSession, EndReason, Secret, WireError,
    json::{Fields, object, parse_object, seconds_value},
};

/// Longest body of an auth answer, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Reads a JSON object from a body.
///
/// # Errors
///
/// A [`WireError`] if the body is too large, too deep, not JSON or not an object.
pub fn parse_body(text: &str) -> Result<Value, WireError> {
    parse_object(text, MAX_BODY_BYTES).map(Value::Object)
}

/// Body of `POST /api/auth/login`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct LoginRequest {
    /// Login name.
    pub email: String,
    /// Password.
    pub password: Secret,
    /// Whether the session may use the longer absolute timeout.
    pub remember_me: bool,
}

impl LoginRequest {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// A [`WireError`] that names the missing or wrong field.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        Ok(Self {
            email: fields.text("email")?.to_owned(),
            password: Secret::new(fields.text("password")?),
            remember_me: fields.flag("rememberMe")?.unwrap_or(false),
        })
    }

    /// Writes the body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![
            ("email", Value::from(self.email.as_str())),
            ("password", Value::from(self.password.expose())),
            ("rememberMe", Value::from(self.remember_me)),
        ])
    }
}

/// Body of `POST /api/auth/logout`.
///
/// A backend that does not know it ends the session of the cookie.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogoutRequest {
    /// Identifier of the session to end: a logout that is delivered late, after somebody logged in
    /// again, must end that session and no other. Absent: the session of the cookie or token.
    pub session: Option<String>,
}

impl LogoutRequest {
    /// Names the session, unless the backend never told it.
    #[must_use]
    pub fn of(session: &str) -> Self {
        Self {
            session: Some(session.to_owned()).filter(|session| !session.is_empty()),
        }
    }

    /// Reads the body.
    ///
    /// # Errors
    ///
    /// A [`WireError`] if the value is no object, or `session` is not a text.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        Ok(Self::of(
            fields.optional_text("session")?.unwrap_or_default(),
        ))
    }

    /// Writes the body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let session = self.session.as_deref().map(Value::from);
        object(
            session
                .map(|session| ("session", session))
                .into_iter()
                .collect(),
        )
    }
}

/// Answer of login and refresh (RFC 6749 section 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// Its lifetime, counted from the answer. Zero if the server told none (RFC 6749 section 5.1
    /// only recommends it).
    pub expires_in: Duration,
    /// The session it belongs to; absent with backends that only speak RFC 6749.
    pub session: Option<ActiveSession>,
}

impl TokenResponse {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// A [`WireError`] that names the missing or wrong field.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        Ok(Self {
            access_token: fields.secret("accessToken")?,
            expires_in: fields.optional_seconds("expiresIn")?.unwrap_or_default(),
            session: fields
                .find("session")
                .map(ActiveSession::from_value)
                .transpose()?,
        })
    }

    /// Writes the body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut body = object(vec![
            ("accessToken", Value::from(self.access_token.expose())),
            ("tokenType", "Bearer".into()),
            ("expiresIn", seconds_value(self.expires_in)),
        ]);
        if let Some(session) = &self.session {
            body["session"] = session.to_value();
        }
        body
    }
}

/// Answer of `POST /api/auth/ticket`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TicketResponse {
    /// Single-use ticket for one socket handshake.
    pub ticket: Secret,
    /// Its lifetime, counted from the answer.
    pub expires_in: Duration,
}

impl TicketResponse {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// A [`WireError`] that names the missing or wrong field.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        Ok(Self {
            ticket: fields.secret("ticket")?,
            expires_in: fields.seconds("expiresIn")?,
        })
    }

    /// Writes the body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![
            ("ticket", Value::from(self.ticket.expose())),
            ("expiresIn", seconds_value(self.expires_in)),
        ])
    }
}

/// An error body, `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Enumerated code, for example `invalid_credentials`.
    pub code: String,
    /// What was expected, what was found, what to do.
    pub detail: String,
}

impl Problem {
    /// Reads a problem body. Codes are also found in `error` (RFC 6749 section 5.2).
    ///
    /// # Errors
    ///
    /// A [`WireError`] if the value is no object or names no code.
    pub fn from_value(value: &Value) -> Result<Self, WireError> {
        let fields = Fields::of(value)?;
        let code = match fields.optional_text("code")? {
            Some(code) => code,
            None => fields.text("error")?,
        };
        let status = fields
            .count("status")?
            .and_then(|status| u16::try_from(status).ok());
        Ok(Self {
            status: status.unwrap_or_default(),
            code: code.to_owned(),
            detail: fields
                .optional_text("detail")?
                .unwrap_or_default()
                .to_owned(),
        })
    }

    /// Writes the body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![
            ("type", "about:blank".into()),
            ("title", Value::from(self.code.as_str())),
            ("status", Value::from(self.status)),
            ("code", Value::from(self.code.as_str())),
            ("detail", Value::from(self.detail.as_str())),
        ])
    }

    /// Returns why the session ended, if this problem says that it did.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        EndReason::from_problem_code(&self.code)
    }
}
