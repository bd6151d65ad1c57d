//! The command line: every flag is also an environment variable `SESSION_*`.
//!
//! Invariant: flags only fill a [`Config`]; what it may not hold is refused by [`crate::start`].

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use clap::{ArgGroup, Parser, Subcommand, builder::BoolishValueParser};
use ipnet::IpNet;
use session_protocol::duration;
use tracing::level_filters::LevelFilter;

use crate::{Config, Policy, StoreLocation, client_address, keys::TAKE_OVER_AFTER};

/// Reference backend of leptos-session.
#[derive(Debug, Parser)]
#[command(name = "session-backend", version)]
pub struct Flags {
    /// Address to listen on.
    #[arg(long, env = "SESSION_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Folder with the built app, as `trunk build` makes it.
    #[arg(long, env = "SESSION_DIST", value_name = "DIR")]
    dist: Option<PathBuf>,

    /// Path under which the app is served; the API stays at /api and /ws.
    #[arg(long, env = "SESSION_BASE_PATH", default_value = "/")]
    base_path: String,

    /// `sqlite:PATH`, `sqlite::memory:` or `redis://HOST:PORT/DB`, with `?replicas=N` if a write
    /// counts only once so many replicas have it.
    #[arg(
        long,
        global = true,
        env = "SESSION_STORE",
        default_value = "sqlite:session-backend.sqlite",
        value_parser = StoreLocation::parse
    )]
    pub(crate) store: StoreLocation,

    /// File with the keys; beside the store (PATH-key) unless given. Servers that share a store
    /// share this file.
    #[arg(long, global = true, env = "SESSION_KEYS", value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,

    /// Network of a proxy whose X-Forwarded-For and X-Forwarded-Proto count (repeatable).
    #[arg(
        long,
        env = "SESSION_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = client_address::network
    )]
    trusted_proxy: Vec<IpNet>,

    /// Further origin that may call and connect (repeatable); the server's own is always listed.
    #[arg(
        long,
        env = "SESSION_ORIGIN",
        value_name = "URL",
        value_delimiter = ','
    )]
    origin: Vec<String>,

    /// Create demo accounts and notes, and enable /demo/*.
    #[arg(long, env = "SESSION_DEMO", value_parser = BoolishValueParser::new())]
    demo: bool,

    /// How long an access token is valid.
    #[arg(long, env = "SESSION_ACCESS_TOKEN_LIFETIME", default_value = "5m", value_parser = duration::parse)]
    access_token_lifetime: Duration,

    /// A session without activity ends after this time.
    #[arg(long, env = "SESSION_IDLE_TIMEOUT", default_value = "30m", value_parser = duration::parse)]
    idle_timeout: Duration,

    /// A session ends after this time, whatever the user does.
    #[arg(long, env = "SESSION_ABSOLUTE_TIMEOUT", default_value = "24h", value_parser = duration::parse)]
    absolute_timeout: Duration,

    /// The absolute timeout of sessions with "remember me".
    #[arg(long, env = "SESSION_REMEMBER_ABSOLUTE_TIMEOUT", default_value = "90d", value_parser = duration::parse)]
    remember_absolute_timeout: Duration,

    /// How long before the end the user is warned.
    #[arg(long, env = "SESSION_WARNING_LEAD", default_value = "120s", value_parser = duration::parse)]
    warning_lead: Duration,

    /// How long the predecessor of a refresh token is tolerated.
    #[arg(long, env = "SESSION_REFRESH_GRACE", default_value = "30s", value_parser = duration::parse)]
    refresh_grace: Duration,

    /// Living sessions of a user; one more login ends the oldest.
    #[arg(long, env = "SESSION_SESSIONS_PER_USER", default_value = "20")]
    sessions_per_user: usize,

    /// How long after the password was entered sessions of other devices can be ended without it.
    #[arg(long, env = "SESSION_STEP_UP_WITHIN", default_value = "5m", value_parser = duration::parse)]
    step_up_within: Duration,

    /// Time between two protocol pings; two missed ones end a socket.
    #[arg(long, env = "SESSION_HEARTBEAT", default_value = "25s", value_parser = duration::parse)]
    heartbeat: Duration,

    /// Time between two updates of the topic `system`.
    #[arg(long, env = "SESSION_SAMPLE_PERIOD", default_value = "1s", value_parser = duration::parse)]
    sample_period: Duration,

    /// Socket handshakes that are answered in a second; the others wait their turn.
    #[arg(long, env = "SESSION_HANDSHAKES_PER_SECOND", default_value = "1000")]
    handshakes_per_second: NonZeroU32,

    /// Accept limits that break WCAG 2.2.1 or their order, for tests.
    #[arg(long, env = "SESSION_ALLOW_SHORT_LIMITS", value_parser = BoolishValueParser::new())]
    allow_short_limits: bool,

    /// error, warn, info, debug, trace or off.
    #[arg(long, global = true, env = "SESSION_LOG_LEVEL", default_value = "info")]
    pub(crate) log_level: LevelFilter,

    /// What to do; without a command the server runs.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Work on accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Work on the keys.
    #[command(subcommand)]
    Keys(KeysCommand),
}

/// Work on accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add an account; the password is read from standard input.
    Add {
        /// Login name.
        email: String,
        /// Name to show; the part before the @ unless given.
        #[arg(long)]
        name: Option<String>,
    },
    /// Disable an account: nobody can log in, and all its sessions end.
    Disable {
        /// Login name.
        email: String,
    },
    /// Enable an account again; its sessions stay ended.
    Enable {
        /// Login name.
        email: String,
    },
    /// End all sessions of a user, or of all users.
    #[command(group(ArgGroup::new("whose").required(true).args(["email", "all"])))]
    EndSessions {
        /// Login name.
        email: Option<String>,
        /// End the sessions of all users.
        #[arg(long)]
        all: bool,
    },
}

/// Work on the keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Add a key. It signs after a while; older keys go on verifying, so nobody is logged out.
    Rotate {
        /// How long until the key signs: longer than servers that share the file need to read it.
        #[arg(long, default_value = TAKE_OVER_AFTER, value_parser = duration::parse)]
        after: Duration,
        /// Forget all older keys at once, because they are in wrong hands: every session ends.
        #[arg(long)]
        discard: bool,
    },
}

impl Flags {
    /// Returns what the flags say about the server.
    #[must_use]
    pub fn config(&self) -> Config {
        Config {
            store: self.store.clone(),
            keys: self.keys.clone(),
            trusted_proxies: self.trusted_proxy.clone(),
            origins: self.origin.clone(),
            dist: self.dist.clone(),
            base_path: self.base_path.clone(),
            demo: self.demo,
            policy: Policy {
                access_token_lifetime: self.access_token_lifetime,
                idle_timeout: self.idle_timeout,
                absolute_timeout: self.absolute_timeout,
                remember_absolute_timeout: self.remember_absolute_timeout,
                warning_lead: self.warning_lead,
                refresh_grace: self.refresh_grace,
                sessions_per_user: self.sessions_per_user,
                step_up_within: self.step_up_within,
            },
            allow_short_limits: self.allow_short_limits,
            heartbeat: self.heartbeat,
            handshakes_per_second: self.handshakes_per_second,
            sample_period: self.sample_period,
            ..Config::default()
        }
    }
}
