//! Close codes of the socket.
//!
//! Source: RFC 6455 sections 7.4.1 and 7.4.2; codes 4000-4999 are for private use.

/// A WebSocket close code.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The endpoint is going away: a page is left, a server goes down.
    pub const GOING_AWAY: Self = Self(1001);
    /// A frame that breaks the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// A kind of data that is not accepted, such as a binary frame.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// No close code was present. Never sent.
    pub const NO_STATUS: Self = Self(1005);
    /// The connection broke, or the handshake was refused. Never sent.
    pub const ABNORMAL: Self = Self(1006);
    /// A text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// A policy was broken; with a reason of [`crate::EndReason`] the session ended.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// A message beyond the size limit.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// The server met an unexpected condition.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// The server restarts; come back inside the announced window.
    pub const SERVICE_RESTART: Self = Self(1012);
    /// The server is overloaded, or this reader is too slow.
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// The session expired.
    pub const SESSION_EXPIRED: Self = Self(4401);
    /// The session was revoked.
    pub const SESSION_REVOKED: Self = Self(4402);
    /// The user logged out.
    pub const LOGGED_OUT: Self = Self(4403);
    /// The identity on this socket may not use it.
    pub const FORBIDDEN: Self = Self(4404);
    /// The socket did not authenticate in time.
    pub const AUTH_TIMEOUT: Self = Self(4408);
    /// Another socket of this session took this one's place.
    pub const REPLACED: Self = Self(4409);
    /// Too many messages.
    pub const RATE_LIMITED: Self = Self(4429);

    /// Client to server: the tab gave the connection up because nothing was heard on it.
    pub const UNRESPONSIVE: Self = Self(4000);
}
