//! What a browser remembers of its last session, for its next page and for one that slept.
//!
//! Notices are edges, which a page that sleeps misses; this is their level. Invariants: no secret; a
//! logout is taken back by a login only, never by a page that has not heard of it yet. It saves a
//! refresh call that could only fail, keeps an explicit logout from being undone by a reload, and
//! carries a logout to the server that it could not reach.

/// What this browser remembers of the last session.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Presence {
    /// Nothing is remembered.
    Unknown,
    /// A session was alive when it was last seen.
    Present,
    /// The user logged out.
    LoggedOut {
        /// Identifier of the session; not a credential.
        session: String,
    },
    /// The user logged out, and the server does not know yet.
    LogoutPending {
        /// Identifier of the session that the server has to end.
        session: String,
    },
}

/// What happened to a session, as far as a browser has to remember it. Identifiers are those of the
/// server; empty if it told none.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Milestone {
    /// The user logged in.
    LoggedIn,
    /// A page found that it lives.
    Restored,
    /// It is gone.
    Ended,
    /// The user logs out in this page.
    Left {
        /// Identifier of the session.
        session: String,
    },
    /// The user logged out in another page.
    LeftElsewhere {
        /// Identifier of the session.
        session: String,
    },
    /// The logout has reached the server.
    Delivered {
        /// Identifier of the session.
        session: String,
    },
    /// The server told that the user logged out.
    LoggedOut {
        /// Identifier of the session.
        session: String,
    },
}

impl Presence {
    /// Returns what to remember after this.
    #[must_use]
    pub fn after(self, milestone: &Milestone) -> Self {
        match (self, milestone) {
            (_, Milestone::LoggedIn) => Self::Present,
            // Whoever logged in since has written it down.
            (Self::Unknown | Self::Present, Milestone::Restored) => Self::Present,
            (Self::Unknown | Self::Present, Milestone::Ended) => Self::Unknown,
            (_, Milestone::Left { session })
            | (Self::Unknown | Self::Present, Milestone::LeftElsewhere { session }) => {
                let session = session.clone();
                Self::LogoutPending { session }
            }
            (
                Self::LogoutPending { session: left },
                Milestone::Delivered { session } | Milestone::LoggedOut { session },
            ) if left == *session => Self::LoggedOut { session: left },
            (kept @ Self::LogoutPending { .. }, Milestone::LoggedOut { .. }) => kept,
            (_, Milestone::LoggedOut { session }) => {
                let session = session.clone();
                Self::LoggedOut { session }
            }
            (
                kept,
                Milestone::Restored
                | Milestone::Ended
                | Milestone::LeftElsewhere { .. }
                | Milestone::Delivered { .. },
            ) => kept,
        }
    }

    pub(crate) const fn detail(&self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Present => "a session is remembered",
            Self::LoggedOut { .. } => "a logout is remembered",
            Self::LogoutPending { .. } => "a logout has not reached the server",
        }
    }
}

impl Milestone {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::LoggedIn => "logged in",
            Self::Restored => "restored",
            Self::Ended => "ended",
            Self::Left { .. } => "left",
            Self::LeftElsewhere { .. } => "left elsewhere",
            Self::Delivered { .. } => "logout delivered",
            Self::LoggedOut { .. } => "logged out",
        }
    }
}
