//! What a browser remembers of its last session between two pages.
//!
//! Invariant: no secret. It saves a refresh call that could only fail, keeps an explicit logout from
//! being undone by a reload, and carries a logout to the server that it could not reach.

/// What this browser remembers of the last session.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Presence {
    /// Nothing is remembered.
    Unknown,
    /// A session was alive when it was last seen.
    Present,
    /// The user logged out.
    LoggedOut,
    /// The user logged out, and the server does not know yet.
    LogoutPending {
        /// Identifier of the session that the server has to end; not a credential.
        session: String,
    },
}

impl Presence {
    pub(crate) const fn detail(&self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Present => "a session is remembered",
            Self::LoggedOut => "a logout is remembered",
            Self::LogoutPending { .. } => "a logout has not reached the server",
        }
    }
}
