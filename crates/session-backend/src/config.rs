//! Everything a deployment chooses about the backend.
//!
//! Invariant: a [`Config`] is only data; [`crate::start`] is what refuses a bad one.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use ipnet::IpNet;

use crate::{Policy, store::RedisUrl};

/// What a small machine does beside everything else, chosen by us: ten thousand are back in 10 s.
const HANDSHAKES_PER_SECOND: NonZeroU32 = match NonZeroU32::new(1_000) {
    Some(pace) => pace,
    None => NonZeroU32::MIN,
};
/// Proxies keep idle connections for a minute, and one that is closed by this side just then costs
/// whoever is about to use it an answer.
const HEAD_DEADLINE: Duration = Duration::from_secs(65);
/// As long as nginx waits between two writes (`send_timeout`).
const WRITE_DEADLINE: Duration = Duration::from_secs(60);

/// Everything a deployment chooses about the backend.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where sessions, accounts and notes are kept.
    pub store: StoreLocation,
    /// File with the keys, for servers that share them; beside the store unless given.
    pub keys: Option<PathBuf>,
    /// Networks of the proxies whose forwarded headers count; nobody else's do.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins besides the server's own that may call and connect, such as a development proxy.
    pub origins: Vec<String>,
    /// Folder with the built single-page app.
    pub dist: Option<PathBuf>,
    /// Path under which the single-page app is served; starts and ends with `/`.
    pub base_path: String,
    /// Whether demo accounts, demo notes and the `/demo/*` switches exist.
    pub demo: bool,
    /// The limits of sessions.
    pub policy: Policy,
    /// Whether limits that break the rules of [`Policy::validate`] are accepted, for tests.
    pub allow_short_limits: bool,
    /// Time between two protocol pings; a socket that misses two is closed.
    pub heartbeat: Duration,
    /// Time between two updates of the topic `system`.
    pub sample_period: Duration,
    /// Socket handshakes that are answered in a second; the others wait their turn.
    pub handshakes_per_second: NonZeroU32,
    /// A socket that has not authenticated after this time is closed.
    pub auth_deadline: Duration,
    /// A connection on which no request has come whole up to its body is closed after this time.
    pub head_deadline: Duration,
    /// A body that has not come after this time is refused; what has come of it prolongs the time.
    pub body_deadline: Duration,
    /// A connection that reads nothing of what waits for it is cut off after this time.
    pub write_deadline: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            store: StoreLocation::File(PathBuf::from("session-backend.sqlite")),
            keys: None,
            trusted_proxies: Vec::new(),
            origins: Vec::new(),
            dist: None,
            base_path: "/".to_owned(),
            demo: false,
            policy: Policy::default(),
            allow_short_limits: false,
            heartbeat: Duration::from_secs(25),
            sample_period: Duration::from_secs(1),
            handshakes_per_second: HANDSHAKES_PER_SECOND,
            auth_deadline: Duration::from_secs(5),
            head_deadline: HEAD_DEADLINE,
            body_deadline: Duration::from_secs(30),
            write_deadline: WRITE_DEADLINE,
        }
    }
}

/// Where the store lives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreLocation {
    /// An SQLite file; it survives restarts.
    File(PathBuf),
    /// Memory; everything is forgotten at the end of the process.
    Memory,
    /// A Redis server, which several servers share.
    Redis(RedisUrl),
}

impl StoreLocation {
    /// Reads `sqlite:PATH`, `sqlite::memory:` or `redis://HOST:PORT/DB`.
    ///
    /// # Errors
    ///
    /// A text that names what is supported.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix("sqlite:") {
            Some(":memory:") => Ok(Self::Memory),
            Some(path) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ if text.starts_with("redis:") => RedisUrl::parse(text).map(Self::Redis),
            _ => Err("expected sqlite:PATH, sqlite::memory: or redis://HOST:PORT/DB".to_owned()),
        }
    }
}
