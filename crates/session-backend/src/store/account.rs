//! An account, as it is stored.
//!
//! Invariant: an email address is stored trimmed and in lower case, and there is one account for it.

use session_protocol::User;

use crate::Moment;

/// An account.
#[derive(Clone, Eq, PartialEq)]
pub struct Account {
    /// Who it is.
    pub user: User,
    /// Argon2id hash of the password, in PHC format.
    pub password_hash: String,
    /// Since when nobody can log in, if that is so.
    pub disabled_at: Option<Moment>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

/// Brings an email address into the form that is stored.
#[must_use]
pub fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}
