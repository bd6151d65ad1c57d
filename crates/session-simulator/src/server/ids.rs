//! Who is who on the server: small numbers that print like identifiers.

use std::fmt;

use session_protocol::{Secret, User, http::LoginRequest};

/// A session and its family of refresh tokens; they live and die together.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FamilyId(pub u32);

impl FamilyId {
    /// Returns the identifier of the session on the wire, for example `s3`.
    #[must_use]
    pub fn session(self) -> String {
        self.to_string()
    }

    /// Reads the identifier of a session.
    #[must_use]
    pub fn of_session(id: &str) -> Option<Self> {
        id.strip_prefix('s')?.parse().ok().map(Self)
    }
}

impl fmt::Display for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// A user. Every number is an account until it is disabled.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UserId(pub u8);

/// The password of every user.
const PASSWORD: &str = "password";

impl UserId {
    /// Returns the login name, for example `u1@example.com`.
    #[must_use]
    pub fn email(self) -> String {
        format!("{self}@example.com")
    }

    /// Returns the user as the server tells it.
    #[must_use]
    pub fn describe(self) -> User {
        User {
            id: self.to_string(),
            email: self.email(),
            name: format!("User {}", self.0),
        }
    }

    /// Returns the right credentials of this user.
    #[must_use]
    pub fn credentials(self, remember_me: bool) -> LoginRequest {
        LoginRequest {
            email: self.email(),
            password: Secret::new(PASSWORD),
            remember_me,
        }
    }

    /// Returns whose credentials these are, if they are right.
    #[must_use]
    pub fn of_credentials(login: &LoginRequest) -> Option<Self> {
        let name = login.email.strip_suffix("@example.com")?;
        let user = Self::of_id(name)?;
        (login.password.expose() == PASSWORD).then_some(user)
    }

    /// Reads the identifier of a user, for example `u1`.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        id.strip_prefix('u')?.parse().ok().map(Self)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "u{}", self.0)
    }
}

/// A socket as the server knows it. The caller chooses the numbers and uses none twice while the
/// first is open.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnectionId(pub u32);

/// Who holds a credential. The server does not know; the ledger does.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Party {
    /// The person who logged in.
    Owner,
    /// The one who copied the jar.
    Thief,
}
