//! What a browser, or a thief, sends over HTTP.

use session_protocol::http::LoginRequest;

use super::{AccessToken, FamilyId, Jar, Party, UserId};

/// An HTTP request.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Request {
    /// Which call.
    pub call: Call,
    /// The refresh cookies that the browser adds.
    pub cookies: Jar,
    /// The `Authorization` header, if there is one.
    pub bearer: Option<Bearer>,
    /// Who sends it; nothing the server could see.
    pub party: Party,
}

/// An `Authorization` header.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Bearer {
    /// A token of this server, valid or not any more.
    Token(AccessToken),
    /// Something else.
    Unreadable,
}

impl Bearer {
    /// Reads the text of a token.
    #[must_use]
    pub fn read(text: &str) -> Self {
        AccessToken::read(text).map_or(Self::Unreadable, Self::Token)
    }
}

/// A call of the contract.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Call {
    /// `POST /api/auth/login`
    Login {
        /// Whose right credentials these are; nobody's if they are wrong.
        user: Option<UserId>,
        /// Whether the longer absolute timeout is wanted.
        remember_me: bool,
    },
    /// `POST /api/auth/refresh`
    Refresh,
    /// `POST /api/auth/logout`
    Logout {
        /// The session to end; without one every session that is presented.
        session: Option<FamilyId>,
    },
    /// `GET /api/session`
    AskSession,
    /// `POST /api/session/extend`
    Extend,
    /// An application request that changes nothing.
    Read,
    /// An application request that changes something.
    Mutate {
        /// Identifies the wish of the user, so that its effects can be counted.
        key: u32,
    },
}

/// A call without its arguments.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CallKind {
    /// `POST /api/auth/login`
    Login,
    /// `POST /api/auth/refresh`
    Refresh,
    /// `POST /api/auth/logout`
    Logout,
    /// `GET /api/session`
    AskSession,
    /// `POST /api/session/extend`
    Extend,
    /// An application request that changes nothing.
    Read,
    /// An application request that changes something.
    Mutate,
}

impl Call {
    /// Reads the body of a login.
    #[must_use]
    pub fn login(login: &LoginRequest) -> Self {
        Self::Login {
            user: UserId::of_credentials(login),
            remember_me: login.remember_me,
        }
    }

    /// Reads the body of a logout: the session to end, empty if the client was never told it.
    #[must_use]
    pub fn logout(session: &str) -> Self {
        // A name that is none of this server is that of a session nobody can present.
        let named = || FamilyId::of_session(session).unwrap_or(FamilyId(u32::MAX));
        Self::Logout {
            session: (!session.is_empty()).then(named),
        }
    }

    /// Returns the call without its arguments.
    #[must_use]
    pub const fn kind(self) -> CallKind {
        match self {
            Self::Login { .. } => CallKind::Login,
            Self::Refresh => CallKind::Refresh,
            Self::Logout { .. } => CallKind::Logout,
            Self::AskSession => CallKind::AskSession,
            Self::Extend => CallKind::Extend,
            Self::Read => CallKind::Read,
            Self::Mutate { .. } => CallKind::Mutate,
        }
    }
}

impl Request {
    /// A request of the owner's browser.
    #[must_use]
    pub const fn of_owner(call: Call, cookies: Jar, bearer: Option<Bearer>) -> Self {
        Self {
            call,
            cookies,
            bearer,
            party: Party::Owner,
        }
    }
}
