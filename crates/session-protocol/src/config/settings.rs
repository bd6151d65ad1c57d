//! What a deployment can choose, and what holds where it does not.

use std::time::Duration;

use crate::MessageNames;

/// Everything a deployment can choose about the client.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionConfig {
    /// Separates several apps on one origin: names the channel and the storage keys.
    pub scope: String,
    /// Path under which the app is served; starts and ends with `/`. Unless configured it is the
    /// folder that the bundle was loaded from.
    pub base_path: Option<String>,
    /// Paths or URLs of the session calls.
    pub endpoints: Endpoints,
    /// What every session call carries.
    pub request: RequestConfig,
    /// The socket.
    pub socket: SocketConfig,
    /// How tabs work together.
    pub share: TabShare,
    /// Fraction of the access token's lifetime after which it is refreshed, in (0, 1).
    pub refresh_at: f64,
    /// An HTTP call without an answer is given up after this time.
    pub request_timeout: Duration,
    /// Language of the user interface (BCP 47).
    pub locale: String,
}

/// Paths or URLs of the session calls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoints {
    /// `POST`: login.
    pub login: String,
    /// `POST`: a fresh access token from the refresh cookie.
    pub refresh: String,
    /// `POST`: logout.
    pub logout: String,
    /// `GET`: the state of the session.
    pub session: String,
    /// `POST`: extension of the idle deadline.
    pub extend: String,
    /// `POST`: a ticket for one socket handshake.
    pub ticket: String,
}

/// What every session call carries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestConfig {
    /// Name of the header that a cross-site form cannot set.
    pub header: String,
    /// Its value.
    pub value: String,
    /// Whether cookies travel to other origins.
    pub credentials: Credentials,
}

/// Credentials mode of a fetch (WHATWG Fetch).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Credentials {
    /// Cookies travel to the same origin only.
    SameOrigin,
    /// Cookies travel to the backend's origin too.
    Include,
}

/// The socket.
#[derive(Clone, Debug, PartialEq)]
pub struct SocketConfig {
    /// Path or URL; `http` becomes `ws`, `https` becomes `wss`.
    pub url: String,
    /// How the socket proves who it is.
    pub auth: SocketAuth,
    /// Further names of server messages.
    pub names: MessageNames,
    /// Close codes that the backend uses in its own way; they go before the built-in table.
    pub close_policy: Vec<(u16, CloseRule)>,
}

/// How a socket proves who it is. A token in the query string cannot be configured: it would land
/// in logs and history.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SocketAuth {
    /// The first message carries the access token.
    FirstMessage,
    /// A single-use ticket in the handshake's query.
    Ticket,
    /// The cookie of the handshake.
    Cookie,
    /// The access token as a subprotocol, for servers that demand it.
    Subprotocol,
}

/// What a close code means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CloseRule {
    /// The session expired.
    Expired,
    /// The session was revoked.
    Revoked,
    /// The user logged out.
    LoggedOut,
    /// Ask the server once whether the session lives.
    Verify,
    /// Get a fresh access token, then reconnect.
    Refresh,
    /// Reconnect with backoff.
    Reconnect,
    /// Do not reconnect; the session stays.
    Stop,
}

/// How tabs of one browser work together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TabShare {
    /// As much as the browser allows.
    Auto,
    /// One leader holds the socket.
    Leader,
    /// Every tab alone.
    Off,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            scope: "default".to_owned(),
            base_path: None,
            endpoints: Endpoints {
                login: "/api/auth/login".to_owned(),
                refresh: "/api/auth/refresh".to_owned(),
                logout: "/api/auth/logout".to_owned(),
                session: "/api/session".to_owned(),
                extend: "/api/session/extend".to_owned(),
                ticket: "/api/auth/ticket".to_owned(),
            },
            request: RequestConfig {
                header: "X-Requested-With".to_owned(),
                value: "leptos-session".to_owned(),
                credentials: Credentials::SameOrigin,
            },
            socket: SocketConfig {
                url: "/ws".to_owned(),
                auth: SocketAuth::FirstMessage,
                names: MessageNames::default(),
                close_policy: Vec::new(),
            },
            share: TabShare::Auto,
            refresh_at: 0.8,
            request_timeout: Duration::from_secs(10),
            locale: "en".to_owned(),
        }
    }
}
