//! Configuration of the single-page app at run time.
//!
//! One inert `<script type="application/json" id="session-config">` in the page; every key is
//! optional. Invariant: a configuration with an unknown key or a bad value is refused whole, with
//! one [`ConfigProblem`] for each fault, so that a typing mistake is seen at the first start.

use std::{fmt, time::Duration};

use serde_json::{Map, Value};

use crate::{MessageNames, duration, json::parse_object};

/// Longest configuration that is read, in bytes.
const MAX_CONFIG_BYTES: usize = 64 * 1024;

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

/// One fault in a configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigProblem {
    /// Path of the key, for example `timing.refreshAt`; empty for the whole document.
    pub key: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "session-config: expected {}", self.expected),
            key => write!(f, "session-config: `{key}`: expected {}", self.expected),
        }
    }
}

impl std::error::Error for ConfigProblem {}

impl SessionConfig {
    /// Reads a configuration; an empty text gives the defaults.
    ///
    /// # Errors
    ///
    /// All faults that were found, at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigProblem>> {
        let mut config = Self::default();
        if text.trim().is_empty() {
            return Ok(config);
        }
        let Ok(object) = parse_object(text, MAX_CONFIG_BYTES) else {
            return Err(vec![ConfigProblem {
                key: String::new(),
                expected: "one JSON object of at most 64 KiB",
            }]);
        };
        let mut problems = Vec::new();
        let mut root = Section::new("", &object, &mut problems);
        root.text("scope", &mut config.scope);
        root.read(
            "basePath",
            "a path that starts and ends with `/`",
            &mut config.base_path,
            |v| {
                let path = v.as_str()?;
                (path.starts_with('/') && path.ends_with('/') && !path.contains("//"))
                    .then(|| Some(path.to_owned()))
            },
        );
        root.text("locale", &mut config.locale);
        root.section("endpoints", |section| {
            endpoints_section(section, &mut config.endpoints)
        });
        root.section("request", |section| {
            let request = &mut config.request;
            section.text("header", &mut request.header);
            section.text("value", &mut request.value);
            section.choice(
                "credentials",
                "`same-origin` or `include`",
                &mut request.credentials,
                &[
                    ("same-origin", Credentials::SameOrigin),
                    ("include", Credentials::Include),
                ],
            );
        });
        root.section("socket", |section| {
            socket_section(section, &mut config.socket);
        });
        root.section("tabs", |section| {
            section.choice(
                "share",
                "`auto`, `leader` or `off`",
                &mut config.share,
                &[
                    ("auto", TabShare::Auto),
                    ("leader", TabShare::Leader),
                    ("off", TabShare::Off),
                ],
            );
        });
        root.section("timing", |section| {
            let expected = "a fraction above 0 and below 1";
            section.read("refreshAt", expected, &mut config.refresh_at, |value| {
                value
                    .as_f64()
                    .filter(|fraction| *fraction > 0.0 && *fraction < 1.0)
            });
            let expected = "a duration from 1s to 60s, for example `10s`";
            section.read(
                "requestTimeout",
                expected,
                &mut config.request_timeout,
                |value| {
                    let allowed = Duration::from_secs(1)..=Duration::from_secs(60);
                    duration::parse(value.as_str()?)
                        .ok()
                        .filter(|timeout| allowed.contains(timeout))
                },
            );
        });
        root.finish();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }
}

fn endpoints_section(section: &mut Section<'_>, endpoints: &mut Endpoints) {
    section.text("login", &mut endpoints.login);
    section.text("refresh", &mut endpoints.refresh);
    section.text("logout", &mut endpoints.logout);
    section.text("session", &mut endpoints.session);
    section.text("extend", &mut endpoints.extend);
    section.text("ticket", &mut endpoints.ticket);
}

fn socket_section(section: &mut Section<'_>, socket: &mut SocketConfig) {
    section.text("url", &mut socket.url);
    let expected = "`first-message`, `ticket`, `cookie` or `subprotocol`";
    section.choice(
        "auth",
        expected,
        &mut socket.auth,
        &[
            ("first-message", SocketAuth::FirstMessage),
            ("ticket", SocketAuth::Ticket),
            ("cookie", SocketAuth::Cookie),
            ("subprotocol", SocketAuth::Subprotocol),
        ],
    );
    let expected = "message types of the protocol, each with a list of further names";
    section.read("names", expected, &mut socket.names, |value| {
        let mut names = MessageNames::default();
        for (canonical, aliases) in value.as_object()? {
            for alias in aliases.as_array()? {
                names.add(canonical, alias.as_str()?).then_some(())?;
            }
            names.add(canonical, canonical).then_some(())?;
        }
        Some(names)
    });
    let expected = "close codes 1000 to 4999, each `expired`, `revoked`, `logged-out`, `verify`, \
                    `refresh`, `reconnect` or `stop`";
    section.read("closePolicy", expected, &mut socket.close_policy, |value| {
        let rules = value.as_object()?.iter().map(|(code, rule)| {
            let code = code
                .parse()
                .ok()
                .filter(|code| (1000..=4999).contains(code))?;
            let rule = match rule.as_str()? {
                "expired" => CloseRule::Expired,
                "revoked" => CloseRule::Revoked,
                "logged-out" => CloseRule::LoggedOut,
                "verify" => CloseRule::Verify,
                "refresh" => CloseRule::Refresh,
                "reconnect" => CloseRule::Reconnect,
                "stop" => CloseRule::Stop,
                _ => return None,
            };
            Some((code, rule))
        });
        rules.collect()
    });
}

/// Reads one object, remembers which keys it knows and reports the others.
struct Section<'a> {
    prefix: &'a str,
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
    problems: &'a mut Vec<ConfigProblem>,
}

impl<'a> Section<'a> {
    fn new(
        prefix: &'a str,
        object: &'a Map<String, Value>,
        problems: &'a mut Vec<ConfigProblem>,
    ) -> Self {
        Self {
            prefix,
            object,
            known: Vec::new(),
            problems,
        }
    }

    fn path(&self, key: &str) -> String {
        if self.prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.prefix)
        }
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        target: &mut T,
        read: impl FnOnce(&Value) -> Option<T>,
    ) {
        self.known.push(key);
        let Some(value) = self.object.get(key) else {
            return;
        };
        match read(value) {
            Some(value) => *target = value,
            None => self.problems.push(ConfigProblem {
                key: self.path(key),
                expected,
            }),
        }
    }

    fn text(&mut self, key: &'static str, target: &mut String) {
        self.read(key, "a text that is not empty", target, |value| {
            value
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        });
    }

    fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        target: &mut T,
        choices: &[(&str, T)],
    ) {
        self.read(key, expected, target, |value| {
            let text = value.as_str()?;
            choices
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, choice)| *choice)
        });
    }

    fn section(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'_>)) {
        self.known.push(key);
        match self.object.get(key) {
            None => {}
            Some(Value::Object(object)) => {
                let mut section = Section::new(key, object, self.problems);
                read(&mut section);
                section.finish();
            }
            Some(_) => {
                self.problems.push(ConfigProblem {
                    key: self.path(key),
                    expected: "an object",
                });
            }
        }
    }

    fn finish(&mut self) {
        for key in self
            .object
            .keys()
            .filter(|key| !self.known.contains(&key.as_str()))
        {
            let problem = ConfigProblem {
                key: self.path(key),
                expected: "no such key; see the configuration table in README.md",
            };
            self.problems.push(problem);
        }
    }
}
