//! Every order that can leave the client, in the imperative.

use session_protocol::{ClientMessage, CloseCode, EndReason, TabNotice, http::LoginRequest};

use crate::{AccessToken, CallId, LockId, Milestone, RequestId, SocketId};

/// An order to the shell. The shell carries orders out in the order in which they come; what comes
/// of them returns as an [`crate::Input`].
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// `POST` the credentials. Answered by `LoginSucceeded` or `LoginFailed`.
    RequestLogin {
        /// Identifies the answer.
        call: CallId,
        /// What to send.
        login: LoginRequest,
    },
    /// `POST` for a fresh access token; the cookie proves who asks. Answered by
    /// `RefreshSucceeded` or `RefreshFailed`.
    RequestRefresh {
        /// Identifies the answer.
        call: CallId,
    },
    /// `GET` the state of the session. Answered by `SessionAnswered` or `SessionUnanswered`.
    AskSession {
        /// Identifies the answer.
        call: CallId,
        /// Sent as `Authorization` if there is one.
        token: Option<AccessToken>,
    },
    /// `POST` for a new idle deadline. Answered by `ExtensionSucceeded` or `ExtensionFailed`.
    RequestExtension {
        /// Identifies the answer.
        call: CallId,
        /// Sent as `Authorization` if there is one.
        token: Option<AccessToken>,
    },
    /// `POST` the logout. Answered by `LogoutSucceeded` or `LogoutFailed`.
    RequestLogout {
        /// Identifies the answer.
        call: CallId,
        /// Sent as `Authorization` if there is one.
        token: Option<AccessToken>,
        /// Identifier of the session to end, so that a late delivery ends no later session. Empty
        /// if the server never told it.
        session: String,
    },
    /// Open a socket. Answered by `SocketOpened` or `SocketClosed`.
    OpenSocket {
        /// Identifies its facts.
        socket: SocketId,
        /// For backends that authenticate at the handshake.
        token: AccessToken,
    },
    /// Close the socket and forget it; no fact of it is wanted any more.
    CloseSocket {
        /// Which socket.
        socket: SocketId,
        /// Close code; scripts may send 1000 or 3000-4999.
        code: CloseCode,
    },
    /// Send a message on the socket.
    SendMessage {
        /// Which socket.
        socket: SocketId,
        /// What to send.
        message: ClientMessage,
    },
    /// Send an application request with this token. Answered by `RequestAnswered` or
    /// `RequestUnauthorized`.
    SendRequest {
        /// Which request.
        request: RequestId,
        /// Sent as `Authorization`.
        token: AccessToken,
    },
    /// Give an application request up, aborting it if it is under way.
    FailRequest {
        /// Which request.
        request: RequestId,
        /// Why.
        failure: RequestFailure,
    },
    /// Hand an update to the application's handlers of its topic.
    DeliverUpdate {
        /// Topic.
        topic: String,
        /// Counts the updates of the topic.
        seq: u64,
        /// The application's own JSON.
        payload: session_protocol::Value,
    },
    /// Tell the other tabs of this browser.
    NotifyTabs(TabNotice),
    /// Keep this in the browser, for [`crate::Input::Started`] of the next page and
    /// [`crate::Input::PresenceRead`] of one that wakes: replace what is kept by
    /// [`crate::Presence::after`].
    Remember(Milestone),
    /// Ask for a lock, or take it from whoever holds it. Answered by `LockGranted` some time, or
    /// never.
    RequestLock {
        /// Identifies its facts.
        lock: LockId,
        /// Which lock.
        name: LockName,
        /// Whether to take it from its holder (Web Locks API, `steal`).
        steal: bool,
    },
    /// Give a lock back, or withdraw a request that still waits.
    ReleaseLock {
        /// Which request.
        lock: LockId,
    },
    /// Remove protected data from the page and from application stores. Drafts stay.
    ClearProtectedState {
        /// Why the session ended.
        reason: EndReason,
    },
    /// Delete the drafts of this user from the browser.
    ForgetDrafts {
        /// Identifier of the user.
        user: String,
    },
}

/// What tabs exclude each other from. Nothing is wrong if they fail to, only wasteful.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum LockName {
    /// Holding the one socket.
    Leader,
    /// Refreshing.
    Refresh,
}

impl Effect {
    /// Returns whether the application's own code runs when it is carried out.
    pub(crate) const fn runs_application(&self) -> bool {
        matches!(
            self,
            Self::DeliverUpdate { .. } | Self::ClearProtectedState { .. }
        )
    }
}

impl LockName {
    /// Returns the name, for the browser and for the timeline.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Refresh => "refresh",
        }
    }
}

/// Why an application request has no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequestFailure {
    /// The session ended.
    SessionEnded,
    /// The server refused the request although its token was fresh, or it must not be repeated.
    Unauthorized,
    /// No access token could be had in time.
    Unavailable,
}

impl Effect {
    /// Returns the name of the order.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RequestLogin { .. } => "RequestLogin",
            Self::RequestRefresh { .. } => "RequestRefresh",
            Self::AskSession { .. } => "AskSession",
            Self::RequestExtension { .. } => "RequestExtension",
            Self::RequestLogout { .. } => "RequestLogout",
            Self::OpenSocket { .. } => "OpenSocket",
            Self::CloseSocket { .. } => "CloseSocket",
            Self::SendMessage { .. } => "SendMessage",
            Self::SendRequest { .. } => "SendRequest",
            Self::FailRequest { .. } => "FailRequest",
            Self::DeliverUpdate { .. } => "DeliverUpdate",
            Self::NotifyTabs(_) => "NotifyTabs",
            Self::Remember(_) => "Remember",
            Self::RequestLock { .. } => "RequestLock",
            Self::ReleaseLock { .. } => "ReleaseLock",
            Self::ClearProtectedState { .. } => "ClearProtectedState",
            Self::ForgetDrafts { .. } => "ForgetDrafts",
        }
    }

    /// Returns what distinguishes this order from others of its name, without any secret.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::CloseSocket { code, .. } => code.0.to_string(),
            Self::SendMessage { message, .. } => message.name().to_owned(),
            Self::DeliverUpdate { topic, .. } => topic.clone(),
            Self::NotifyTabs(notice) => notice.kind.name().to_owned(),
            Self::Remember(milestone) => milestone.name().to_owned(),
            Self::ClearProtectedState { reason } => reason.code().to_owned(),
            Self::RequestLock { name, .. } => name.name().to_owned(),
            Self::FailRequest { failure, .. } => match failure {
                RequestFailure::SessionEnded => "session ended".to_owned(),
                RequestFailure::Unauthorized => "unauthorized".to_owned(),
                RequestFailure::Unavailable => "unavailable".to_owned(),
            },
            Self::RequestLogin { .. }
            | Self::RequestRefresh { .. }
            | Self::AskSession { .. }
            | Self::RequestExtension { .. }
            | Self::RequestLogout { .. }
            | Self::OpenSocket { .. }
            | Self::SendRequest { .. }
            | Self::ReleaseLock { .. }
            | Self::ForgetDrafts { .. } => String::new(),
        }
    }
}
