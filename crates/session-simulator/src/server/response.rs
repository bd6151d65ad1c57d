//! What the server answers over HTTP.
//!
//! A response is small, comparable and hashable, so that it can wait in a network that is part of
//! a model's state; the protocol's types are made of it when it arrives.

use std::time::Duration;

use session_core::HttpFailure;
use session_protocol::{ActiveSession, EndReason, SessionStatus, http::TokenResponse};

use super::{AccessToken, CookieName, FamilyId, Fault, SetCookie, UserId};

/// An HTTP response.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// What it says.
    pub body: Body,
    /// The `Set-Cookie` headers. A browser that receives the head of the response writes them.
    pub set_cookies: Vec<SetCookie>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// The body of a response.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Body {
    /// Nothing, as after a logout.
    Empty,
    /// Login and refresh.
    Token {
        /// The access token.
        token: AccessToken,
        /// The session it belongs to.
        session: LiveSession,
    },
    /// The session lives.
    Active(LiveSession),
    /// There is no session, or it has ended.
    Ended(EndReason),
    /// An application's answer; it holds data of this user.
    Record {
        /// Whose data it is.
        user: UserId,
    },
    /// A problem document.
    Problem {
        /// Its enumerated code; empty if a stranger such as a proxy answered.
        code: &'static str,
    },
    /// Nothing that could be read.
    Garbled,
}

/// A living session at the moment of the answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct LiveSession {
    /// Which session.
    pub family: FamilyId,
    /// Whose session it is.
    pub user: UserId,
    /// Time until the idle timeout.
    pub idle_remaining: Duration,
    /// Time until the absolute timeout.
    pub absolute_remaining: Duration,
    /// How long before the end the user is warned.
    pub warning_lead: Duration,
    /// Whether an extension would move the nearest limit.
    pub extendable: bool,
}

impl LiveSession {
    /// Returns the session in the words of the protocol.
    #[must_use]
    pub fn describe(self) -> ActiveSession {
        ActiveSession {
            id: self.family.session(),
            user: self.user.describe(),
            idle_remaining: Some(self.idle_remaining),
            absolute_remaining: Some(self.absolute_remaining),
            warning_lead: self.warning_lead,
            extendable: self.extendable,
        }
    }
}

impl Response {
    pub(super) const fn new(status: u16, body: Body) -> Self {
        Self {
            status,
            body,
            set_cookies: Vec::new(),
            retry_after: None,
        }
    }

    pub(super) const fn problem(status: u16, code: &'static str) -> Self {
        Self::new(status, Body::Problem { code })
    }

    /// The session is over.
    pub(super) const fn over(reason: EndReason) -> Self {
        Self::problem(401, reason.problem_code())
    }

    /// Answers as a fault does: nothing was looked at.
    #[must_use]
    pub fn of_fault(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable => Self::problem(503, "store_unavailable"),
            Fault::Internal => Self::problem(500, "internal_error"),
            Fault::RateLimited { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::problem(429, "rate_limited")
            },
            Fault::Garbled => Self::new(200, Body::Garbled),
            Fault::InvalidToken => Self::problem(401, "invalid_token"),
            Fault::Stranger => Self::problem(401, ""),
        }
    }

    /// Deletes cookies, except where the answer sets one of that name.
    pub(super) fn delete_cookies(&mut self, names: &[CookieName]) {
        for name in names {
            if !self.set_cookies.iter().any(|set| set.name == *name) {
                self.set_cookies.push(SetCookie::delete(*name));
            }
        }
    }

    /// Returns the body of a login or refresh.
    #[must_use]
    pub fn grant(&self) -> Option<TokenResponse> {
        let Body::Token { token, session } = &self.body else {
            return None;
        };
        Some(TokenResponse {
            access_token: token.to_secret(),
            expires_in: token.ends_at.saturating_sub(token.issued_at),
            session: Some(session.describe()),
        })
    }

    /// Returns the access token of a login or refresh.
    #[must_use]
    pub const fn access_token(&self) -> Option<AccessToken> {
        match self.body {
            Body::Token { token, .. } => Some(token),
            Body::Empty
            | Body::Active(_)
            | Body::Ended(_)
            | Body::Record { .. }
            | Body::Problem { .. }
            | Body::Garbled => None,
        }
    }

    /// Returns the state of the session that the answer tells.
    #[must_use]
    pub fn session_status(&self) -> Option<SessionStatus> {
        match self.body {
            Body::Active(session) => Some(SessionStatus::Active(session.describe())),
            Body::Ended(reason) => Some(SessionStatus::Ended {
                reason: Some(reason),
            }),
            Body::Empty
            | Body::Token { .. }
            | Body::Record { .. }
            | Body::Problem { .. }
            | Body::Garbled => None,
        }
    }

    /// Returns the code of a refusal.
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        match self.body {
            Body::Problem { code } => Some(code),
            Body::Empty
            | Body::Token { .. }
            | Body::Active(_)
            | Body::Ended(_)
            | Body::Record { .. }
            | Body::Garbled => None,
        }
    }

    /// Returns whether the call did what it was for.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.status, 200..=299) && self.body != Body::Garbled
    }

    /// Returns what a client makes of an answer that is no success.
    #[must_use]
    pub fn failure(&self) -> Option<HttpFailure> {
        match self.body {
            Body::Garbled => Some(HttpFailure::Garbled),
            Body::Problem { code } => Some(HttpFailure::Refused {
                status: self.status,
                code: code.to_owned(),
                retry_after: self.retry_after,
            }),
            Body::Empty
            | Body::Token { .. }
            | Body::Active(_)
            | Body::Ended(_)
            | Body::Record { .. } => None,
        }
    }
}
