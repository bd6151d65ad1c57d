//! What a browser remembers of its last session between two pages.
//!
//! Invariants: no secret; a logout is taken back by a later session only, never by a page that has
//! not heard of it yet. It saves a refresh call that could only fail, keeps an explicit logout from
//! being undone by a reload, and carries a logout to the server that it could not reach.

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
        /// Identifier of the session that the server has to end; not a credential.
        session: String,
    },
}

/// What happened to a session, as far as a browser has to remember it. Identifiers are those of the
/// server; empty if it told none.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Milestone {
    /// It began in this page.
    Began {
        /// Identifier of the session.
        session: String,
    },
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
        match milestone {
            Milestone::Began { session } if !session.is_empty() && self.left() == Some(session) => {
                self
            }
            Milestone::Began { .. } => Self::Present,
            Milestone::Ended if self.left().is_some() => self,
            Milestone::Ended => Self::Unknown,
            Milestone::Left { session } => Self::LogoutPending {
                session: session.clone(),
            },
            Milestone::LeftElsewhere { .. } if self.left().is_some() => self,
            Milestone::LeftElsewhere { session } => Self::LogoutPending {
                session: session.clone(),
            },
            Milestone::Delivered { session } => match self {
                Self::LogoutPending { session: left } if left == *session => {
                    Self::LoggedOut { session: left }
                }
                Self::Unknown
                | Self::Present
                | Self::LoggedOut { .. }
                | Self::LogoutPending { .. } => self,
            },
            Milestone::LoggedOut { session } => Self::LoggedOut {
                session: session.clone(),
            },
        }
    }

    /// Returns the session that the user left last.
    const fn left(&self) -> Option<&String> {
        match self {
            Self::LoggedOut { session } | Self::LogoutPending { session } => Some(session),
            Self::Unknown | Self::Present => None,
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
            Self::Began { .. } => "began",
            Self::Ended => "ended",
            Self::Left { .. } => "left",
            Self::LeftElsewhere { .. } => "left elsewhere",
            Self::Delivered { .. } => "logout delivered",
            Self::LoggedOut { .. } => "logged out",
        }
    }
}
