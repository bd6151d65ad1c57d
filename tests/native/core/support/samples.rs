//! Sample values: two users, their sessions, tokens, refusals and notices.

use std::time::Duration;

use session_core::{HttpFailure, Presence};
use session_protocol::{
    ActiveSession, EndReason, Secret, ServerMessage, TabNotice, TabNoticeKind, User, WarningCause,
    http::{LoginRequest, TokenResponse},
};

/// Part of every sample token and password; it must be seen nowhere.
pub(crate) const CANARY: &str = "canary-7f3a";

pub(crate) const TOKEN_LIFETIME: Duration = Duration::from_secs(300);
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
pub(crate) const ABSOLUTE: Duration = Duration::from_secs(24 * 3600);
pub(crate) const LEAD: Duration = Duration::from_secs(120);

/// What a browser remembers after a logout from it is not known what.
pub(crate) fn logged_out() -> Presence {
    logged_out_of("")
}

/// What a browser remembers after a logout.
pub(crate) fn logged_out_of(session: &str) -> Presence {
    let session = session.to_owned();
    Presence::LoggedOut { session }
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn ada() -> User {
    User {
        id: "u-ada".to_owned(),
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
    }
}

pub(crate) fn bob() -> User {
    User {
        id: "u-bob".to_owned(),
        email: "bob@example.com".to_owned(),
        name: "Bob".to_owned(),
    }
}

pub(crate) fn session(id: &str, user: User) -> ActiveSession {
    ActiveSession {
        id: id.to_owned(),
        user,
        idle_remaining: Some(IDLE),
        absolute_remaining: Some(ABSOLUTE),
        warning_lead: LEAD,
        extendable: true,
    }
}

/// The session that the sample login begins.
pub(crate) fn first_session() -> ActiveSession {
    session("s-1", ada())
}

pub(crate) fn ending_in(idle: Duration) -> ActiveSession {
    ActiveSession {
        idle_remaining: Some(idle),
        ..first_session()
    }
}

pub(crate) fn grant(session: ActiveSession) -> TokenResponse {
    grant_for(TOKEN_LIFETIME, Some(session))
}

pub(crate) fn grant_for(lifetime: Duration, session: Option<ActiveSession>) -> TokenResponse {
    TokenResponse {
        access_token: Secret::new(format!("{CANARY}-token")),
        expires_in: lifetime,
        session,
    }
}

pub(crate) fn credentials(user: &User) -> LoginRequest {
    LoginRequest {
        email: user.email.clone(),
        password: Secret::new(format!("{CANARY}-password")),
        remember_me: false,
    }
}

pub(crate) fn refused(status: u16, code: &str) -> HttpFailure {
    HttpFailure::Refused {
        status,
        code: code.to_owned(),
        retry_after: None,
    }
}

pub(crate) fn refused_for(status: u16, wait: Duration) -> HttpFailure {
    HttpFailure::Refused {
        status,
        code: String::new(),
        retry_after: Some(wait),
    }
}

pub(crate) fn idle_warning(remaining: Duration) -> ServerMessage {
    ServerMessage::SessionWarning {
        remaining,
        cause: WarningCause::Idle,
        extendable: true,
    }
}

pub(crate) fn expired() -> ServerMessage {
    ServerMessage::SessionExpired {
        reason: EndReason::SessionTimeout,
    }
}

pub(crate) fn update(seq: u64) -> ServerMessage {
    ServerMessage::DataUpdate {
        topic: "load".to_owned(),
        seq,
        payload: seq.into(),
    }
}

/// A notice about a session, as another tab would write it.
/// The question of a tab that is seen and may take the lock.
pub(crate) const ASKING: TabNoticeKind = TabNoticeKind::Asking {
    visible: true,
    candidate: true,
};

pub(crate) fn notice(kind: TabNoticeKind, session: &str, seq: u64) -> TabNotice {
    TabNotice {
        kind,
        epoch: 1,
        session: session_hash(session),
        sender: "other-tab".to_owned(),
        seq,
    }
}

/// FNV-1a, restated: tabs of two releases must agree on it.
fn session_hash(session: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = session.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    hash.to_string()
}

pub(crate) fn pending_logout(session: &str) -> Presence {
    Presence::LogoutPending {
        session: session.to_owned(),
    }
}
