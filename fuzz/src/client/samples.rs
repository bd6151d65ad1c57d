//! Two users, their sessions, what they type and what a browser remembers.

use session_core::Presence;
use session_protocol::{ActiveSession, Secret, User, http::LoginRequest};

use super::act::{Memory, Told, Whose};

/// Part of every token and password; it must be seen nowhere.
pub(super) const CANARY: &str = "canary-7f3a";

pub(super) fn session(told: Told) -> ActiveSession {
    ActiveSession {
        id: identifier(told.whose).to_owned(),
        user: user(told.whose),
        idle_remaining: told.idle,
        absolute_remaining: told.absolute,
        warning_lead: told.lead,
        extendable: told.extendable,
    }
}

/// FNV-1a, restated: tabs of two releases must agree on it.
pub(super) fn session_hash(session: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    session
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, step)
        .to_string()
}

pub(super) fn identifier(whose: Whose) -> &'static str {
    match whose {
        Whose::Ada => "s-1",
        Whose::AdaAgain => "s-2",
        Whose::Bob => "s-9",
    }
}

pub(super) fn user(whose: Whose) -> User {
    let id = match whose {
        Whose::Ada | Whose::AdaAgain => "u-ada",
        Whose::Bob => "u-bob",
    };
    User {
        id: id.to_owned(),
        email: format!("{id}@example.com"),
        name: String::new(),
    }
}

pub(super) fn credentials(whose: Whose) -> LoginRequest {
    LoginRequest {
        email: user(whose).email,
        password: Secret::new(format!("{CANARY}-password")),
        remember_me: false,
    }
}

pub(super) fn presence(memory: Memory) -> Presence {
    match memory {
        Memory::Nothing => Presence::Unknown,
        Memory::Session => Presence::Present,
        Memory::Logout => Presence::LoggedOut {
            session: identifier(Whose::Ada).to_owned(),
        },
        Memory::PendingLogout => Presence::LogoutPending {
            session: identifier(Whose::Ada).to_owned(),
        },
    }
}
