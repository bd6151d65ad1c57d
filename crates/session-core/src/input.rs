//! Every fact that can reach the client, in the past tense.

use session_protocol::{
    ActiveSession, CloseCode, ServerMessage, SessionStatus, TabNotice, WireError,
    http::TokenResponse,
};

use crate::{CallId, Command, HttpFailure, LockId, Presence, RequestId, SocketId};

/// A fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The shell is ready. First input, once.
    Started {
        /// What this browser remembers of the last session.
        presence: Presence,
        /// Whether tabs can exclude each other (Web Locks API).
        locks: bool,
    },
    /// The user asked for something.
    Commanded(Command),
    /// The server accepted the credentials.
    LoginSucceeded {
        /// The call it answers.
        call: CallId,
        /// Token and session.
        grant: TokenResponse,
    },
    /// The server refused the credentials, or could not be asked.
    LoginFailed {
        /// The call it answers.
        call: CallId,
        /// What happened.
        failure: HttpFailure,
    },
    /// The server issued a fresh access token.
    RefreshSucceeded {
        /// The call it answers.
        call: CallId,
        /// Token and session.
        grant: TokenResponse,
    },
    /// There is no fresh access token.
    RefreshFailed {
        /// The call it answers.
        call: CallId,
        /// What happened.
        failure: HttpFailure,
    },
    /// The server told the state of the session.
    SessionAnswered {
        /// The call it answers.
        call: CallId,
        /// The state.
        status: SessionStatus,
    },
    /// The question for the state of the session got no answer.
    SessionUnanswered {
        /// The call it answers.
        call: CallId,
        /// What happened.
        failure: HttpFailure,
    },
    /// The server moved the idle deadline.
    ExtensionSucceeded {
        /// The call it answers.
        call: CallId,
        /// The session with its new limits.
        session: ActiveSession,
    },
    /// The idle deadline did not move.
    ExtensionFailed {
        /// The call it answers.
        call: CallId,
        /// What happened.
        failure: HttpFailure,
    },
    /// The server knows of the logout.
    LogoutSucceeded {
        /// The call it answers.
        call: CallId,
    },
    /// The server could not be told of the logout, or would not hear it.
    LogoutFailed {
        /// The call it answers.
        call: CallId,
        /// What happened.
        failure: HttpFailure,
    },
    /// The opening handshake of a socket succeeded.
    SocketOpened {
        /// Which socket.
        socket: SocketId,
    },
    /// A message arrived.
    SocketMessageReceived {
        /// Which socket.
        socket: SocketId,
        /// The message.
        message: ServerMessage,
    },
    /// A frame arrived that is no message of the protocol.
    SocketMessageRefused {
        /// Which socket.
        socket: SocketId,
        /// Why it was refused.
        error: WireError,
    },
    /// A socket closed, or its handshake failed.
    SocketClosed {
        /// Which socket.
        socket: SocketId,
        /// Close code.
        code: CloseCode,
        /// Close reason, at most 123 bytes.
        reason: String,
    },
    /// The application wants to send an HTTP request.
    RequestSubmitted {
        /// Which request.
        request: RequestId,
        /// Whether it may be sent twice.
        replay: Replay,
    },
    /// The request came back with anything but a 401.
    RequestAnswered {
        /// Which request.
        request: RequestId,
    },
    /// The request came back with a 401.
    RequestUnauthorized {
        /// Which request.
        request: RequestId,
        /// The refusal.
        failure: HttpFailure,
    },
    /// The application lost interest in the request.
    RequestAbandoned {
        /// Which request.
        request: RequestId,
    },
    /// The application wants the updates of a topic.
    TopicSubscribed {
        /// Topic name.
        topic: String,
    },
    /// The application no longer wants the updates of a topic.
    TopicUnsubscribed {
        /// Topic name.
        topic: String,
    },
    /// Another tab sent a notice.
    TabNoticeReceived(TabNotice),
    /// A page that wakes read what the browser remembers: it may have missed notices.
    PresenceRead {
        /// What the browser remembers of the last session.
        presence: Presence,
    },
    /// Another tab, or a stranger, sent something that is no notice.
    TabNoticeRefused(WireError),
    /// The channel to the other tabs did not take a notice.
    TabNoticeUnsent,
    /// The user pressed, typed, scrolled or pointed.
    UserWasActive,
    /// The page became visible, or came back from the back/forward cache and can be seen.
    PageShown {
        /// Whether it came back from the back/forward cache (HTML, `PageTransitionEvent`).
        persisted: bool,
    },
    /// The page became hidden.
    PageHidden,
    /// The browser is about to stop the page's timers and tasks (Page Lifecycle, `freeze`).
    PageFrozen,
    /// The page was left: it is about to go, or waits in the back/forward cache (HTML, `pagehide`).
    PageLeft,
    /// The page runs again after a freeze (Page Lifecycle, `resume`), or came back unseen from the
    /// back/forward cache.
    PageResumed,
    /// The window came to the front.
    PageFocused,
    /// A lock is ours.
    LockGranted {
        /// The request it answers.
        lock: LockId,
    },
    /// Another tab took a lock of ours (Web Locks API, `steal`), or the browser refuses it.
    LockLost {
        /// The request for it.
        lock: LockId,
    },
    /// The browser found a network.
    WentOnline,
    /// The browser lost the network.
    WentOffline,
    /// The deadline that [`crate::Client::next_deadline`] named has come.
    DeadlineReached,
}

/// Whether a request may be sent a second time after a 401.
///
/// # Source
///
/// RFC 9110 section 9.2.2 (idempotent methods).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Replay {
    /// Sending it twice does what sending it once does.
    Safe,
    /// A second sending could act twice.
    Unsafe,
}

impl Input {
    /// Returns the name of the fact.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "Started",
            Self::Commanded(_) => "Commanded",
            Self::LoginSucceeded { .. } => "LoginSucceeded",
            Self::LoginFailed { .. } => "LoginFailed",
            Self::RefreshSucceeded { .. } => "RefreshSucceeded",
            Self::RefreshFailed { .. } => "RefreshFailed",
            Self::SessionAnswered { .. } => "SessionAnswered",
            Self::SessionUnanswered { .. } => "SessionUnanswered",
            Self::ExtensionSucceeded { .. } => "ExtensionSucceeded",
            Self::ExtensionFailed { .. } => "ExtensionFailed",
            Self::LogoutSucceeded { .. } => "LogoutSucceeded",
            Self::LogoutFailed { .. } => "LogoutFailed",
            Self::SocketOpened { .. } => "SocketOpened",
            Self::SocketMessageReceived { .. } => "SocketMessageReceived",
            Self::SocketMessageRefused { .. } => "SocketMessageRefused",
            Self::SocketClosed { .. } => "SocketClosed",
            Self::RequestSubmitted { .. } => "RequestSubmitted",
            Self::RequestAnswered { .. } => "RequestAnswered",
            Self::RequestUnauthorized { .. } => "RequestUnauthorized",
            Self::RequestAbandoned { .. } => "RequestAbandoned",
            Self::TopicSubscribed { .. } => "TopicSubscribed",
            Self::TopicUnsubscribed { .. } => "TopicUnsubscribed",
            Self::TabNoticeReceived(_) => "TabNoticeReceived",
            Self::PresenceRead { .. } => "PresenceRead",
            Self::TabNoticeRefused(_) => "TabNoticeRefused",
            Self::TabNoticeUnsent => "TabNoticeUnsent",
            Self::UserWasActive => "UserWasActive",
            Self::PageShown { .. } => "PageShown",
            Self::PageHidden => "PageHidden",
            Self::PageFrozen => "PageFrozen",
            Self::PageLeft => "PageLeft",
            Self::PageResumed => "PageResumed",
            Self::PageFocused => "PageFocused",
            Self::LockGranted { .. } => "LockGranted",
            Self::LockLost { .. } => "LockLost",
            Self::WentOnline => "WentOnline",
            Self::WentOffline => "WentOffline",
            Self::DeadlineReached => "DeadlineReached",
        }
    }

    /// Returns whether the page may have missed notices before this: it reads what the browser
    /// remembers first.
    #[must_use]
    pub const fn is_wake(&self) -> bool {
        matches!(
            self,
            Self::PageShown { .. } | Self::PageResumed | Self::PageFocused | Self::WentOnline
        )
    }

    /// Returns what distinguishes this fact from others of its name, without any secret.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Started { presence, .. } | Self::PresenceRead { presence } => {
                presence.detail().to_owned()
            }
            Self::Commanded(command) => command.name().to_owned(),
            Self::LoginFailed { failure, .. }
            | Self::RefreshFailed { failure, .. }
            | Self::SessionUnanswered { failure, .. }
            | Self::ExtensionFailed { failure, .. }
            | Self::LogoutFailed { failure, .. }
            | Self::RequestUnauthorized { failure, .. } => failure.summary(),
            Self::SessionAnswered { status, .. } => match status {
                SessionStatus::Active(_) => "active".to_owned(),
                SessionStatus::Ended { reason } => [
                    "ended ",
                    reason.map_or("", session_protocol::EndReason::code),
                ]
                .concat(),
            },
            Self::SocketMessageReceived { message, .. } => message_detail(message),
            Self::SocketMessageRefused { error, .. } | Self::TabNoticeRefused(error) => {
                error.label().to_owned()
            }
            Self::SocketClosed { code, reason, .. } => [&code.0.to_string(), " ", reason].concat(),
            Self::TabNoticeReceived(notice) => notice.kind.name().to_owned(),
            Self::TopicSubscribed { topic } | Self::TopicUnsubscribed { topic } => topic.clone(),
            Self::LoginSucceeded { .. }
            | Self::RefreshSucceeded { .. }
            | Self::ExtensionSucceeded { .. }
            | Self::LogoutSucceeded { .. }
            | Self::SocketOpened { .. }
            | Self::RequestSubmitted { .. }
            | Self::RequestAnswered { .. }
            | Self::RequestAbandoned { .. }
            | Self::TabNoticeUnsent
            | Self::UserWasActive
            | Self::PageShown { .. }
            | Self::PageHidden
            | Self::PageFrozen
            | Self::PageLeft
            | Self::PageResumed
            | Self::PageFocused
            | Self::LockGranted { .. }
            | Self::LockLost { .. }
            | Self::WentOnline
            | Self::WentOffline
            | Self::DeadlineReached => String::new(),
        }
    }
}

fn message_detail(message: &ServerMessage) -> String {
    match message {
        ServerMessage::AuthOk { .. } => "auth_ok".to_owned(),
        ServerMessage::AuthExpiringSoon { .. } => "auth_expiring_soon".to_owned(),
        ServerMessage::SessionWarning {
            remaining, cause, ..
        } => {
            let seconds = remaining.as_secs().to_string();
            ["SESSION_WARNING ", cause.name(), " ", &seconds, " s"].concat()
        }
        ServerMessage::SessionExtended { .. } => "SESSION_EXTENDED".to_owned(),
        ServerMessage::SessionExpired { reason } => ["SESSION_EXPIRED ", reason.code()].concat(),
        ServerMessage::GoingAway { .. } => "GOING_AWAY".to_owned(),
        ServerMessage::DataUpdate { topic, .. } => ["DATA_UPDATE ", topic].concat(),
        ServerMessage::HeartbeatAck => "heartbeat_ack".to_owned(),
        ServerMessage::Error { code } => ["error ", code].concat(),
    }
}
