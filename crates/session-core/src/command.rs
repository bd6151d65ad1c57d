//! What a user interface may ask for.

use serde::{Deserialize, Serialize};

/// A wish of the person at the screen.
///
/// Serialisable except for [`Command::LogIn`], whose password stays in the tab that it was typed
/// in, so that the client can live elsewhere than the user interface.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Command {
    /// Log in; ignored while a session lives.
    #[serde(skip)]
    LogIn(session_protocol::http::LoginRequest),
    /// Log out: end the session here, on the server and in all tabs.
    LogOut,
    /// Extend the session; answers a warning.
    StaySignedIn,
    /// Leave the expired page for the login page.
    Leave,
}

impl Command {
    /// Returns the name of the command.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LogIn(_) => "LogIn",
            Self::LogOut => "LogOut",
            Self::StaySignedIn => "StaySignedIn",
            Self::Leave => "Leave",
        }
    }
}
