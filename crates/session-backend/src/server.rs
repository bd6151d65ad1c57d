//! Starting, running and stopping a server.
//!
//! Invariants: a configuration that breaks a rule starts nothing; a stop is announced to every
//! socket before it is closed, and is over after a bounded time.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time,
};

use crate::{
    Config, Moment, PolicyRule, StoreLocation,
    access_token::AccessTokens,
    app::App,
    assets::Assets,
    client_address::TrustedProxies,
    cluster,
    demo::{self, Faults},
    http,
    hub::{Door, Hub},
    keys::{self, KeyError, Keys},
    limiter::LoginLimiter,
    listening::Listening,
    metrics::Metrics,
    origins::Origins,
    passwords::{self, Passwords},
    store::{self, Cursor, Store, StoreError},
    system,
    topic::Topic,
    upkeep,
};

/// How often a store that is not ready at the start is tried, and how long after one another.
const SEED_TRIES: u32 = 6;
const SEED_PAUSE: Duration = Duration::from_millis(500);
/// Requests and sockets that have not ended this long after a stop are cut.
pub(crate) const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a server did not start.
#[derive(Debug)]
pub enum StartError {
    /// A limit breaks a rule.
    Policy(PolicyRule),
    /// `--heartbeat` is zero.
    Heartbeat,
    /// `--sample-period` is zero.
    SamplePeriod,
    /// An origin is not of the form `https://host:port`.
    Origin(String),
    /// The base path does not start and end with `/`.
    BasePath(String),
    /// The store cannot be opened.
    Store(StoreError),
    /// Servers that share a store need a key file that they share too.
    KeysMissing,
    /// The key file cannot be read or made.
    Keys(KeyError),
    /// The folder of the app cannot be read.
    Dist(io::Error),
    /// The listener has no address.
    Listener(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(rule) => write!(f, "the policy is refused: {rule}"),
            Self::Heartbeat => f.write_str("--heartbeat must be longer than zero"),
            Self::SamplePeriod => f.write_str("--sample-period must be longer than zero"),
            Self::Origin(found) => {
                write!(
                    f,
                    "--origin: expected scheme://host or scheme://host:port, found `{found}`"
                )
            }
            Self::BasePath(found) => write!(
                f,
                "--base-path: expected a path that starts and ends with `/`, found `{found}`"
            ),
            Self::Store(error) => write!(f, "--store: {error}"),
            Self::KeysMissing => f.write_str(
                "--keys: expected a file with --store redis://, the same for every server of it",
            ),
            Self::Keys(error) => error.fmt(f),
            Self::Dist(error) => write!(
                f,
                "--dist: expected a folder with index.html as `trunk build` makes it: {error}"
            ),
            Self::Listener(error) => write!(f, "--listen: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Returns the address it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Announces the stop to all sockets, lets requests finish, and returns.
    ///
    /// # Errors
    ///
    /// An [`io::Error`] if serving had failed.
    pub async fn stop(self) -> io::Result<()> {
        self.stop.send_replace(true);
        self.task.await.map_err(io::Error::other)
    }
}

/// Starts a server on a bound listener.
///
/// # Errors
///
/// A [`StartError`] that names the rule or the flag.
pub async fn start(config: Config, listener: TcpListener) -> Result<Server, StartError> {
    validate(&config)?;
    let address = listener.local_addr().map_err(StartError::Listener)?;
    let sample_period = config.sample_period;
    let serving = Listening {
        listener,
        head_deadline: config.head_deadline,
        write_deadline: config.write_deadline,
    };
    let app = Arc::new(build(config, address.port()).await?);
    let cursor = cluster::catch_up(&app).await.map_err(StartError::Store)?;
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(run(app, cursor, serving, sample_period, stopped));
    Ok(Server {
        address,
        stop,
        task,
    })
}

fn validate(config: &Config) -> Result<(), StartError> {
    let policy = if config.allow_short_limits {
        config.policy.validate_sanity()
    } else {
        config.policy.validate()
    };
    policy.map_err(StartError::Policy)?;
    if config.heartbeat.is_zero() {
        return Err(StartError::Heartbeat);
    }
    if matches!(config.store, StoreLocation::Redis(_)) && config.keys.is_none() {
        return Err(StartError::KeysMissing);
    }
    if config.sample_period.is_zero() {
        return Err(StartError::SamplePeriod);
    }
    let path = &config.base_path;
    if !path.starts_with('/') || !path.ends_with('/') || path.contains("//") {
        return Err(StartError::BasePath(path.clone()));
    }
    let bad = config.origins.iter().find(|origin| !is_origin(origin));
    bad.map_or(Ok(()), |bad| Err(StartError::Origin(bad.clone())))
}

fn is_origin(text: &str) -> bool {
    let authority = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    authority
        .map(|authority| authority.trim_end_matches('/'))
        .is_some_and(|authority| {
            !authority.is_empty() && !authority.contains(['/', '?', '#', '@', ' ', '*'])
        })
}

/// Adds what `--demo` adds. A replica that has just come confirms its first write a second later.
async fn seed(store: &dyn Store, now: Moment) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        match demo::seed(store, now, tries > 1).await {
            Err(error) if tries < SEED_TRIES => {
                tracing::warn!(%error, "the store is not ready yet");
                time::sleep(SEED_PAUSE).await;
                tries += 1;
            }
            seeded => return seeded,
        }
    }
}

async fn build(config: Config, port: u16) -> Result<App, StartError> {
    let store = store::open(&config.store)
        .await
        .map_err(StartError::Store)?;
    let now = Moment::now();
    if config.demo {
        seed(&*store, now).await.map_err(StartError::Store)?;
    }
    let (config, keys, assets) = tokio::task::spawn_blocking(move || {
        passwords::prepare();
        let file = config.keys.clone();
        let file = file.or_else(|| keys::beside(&config.store));
        let keys = Keys::open(file).map_err(StartError::Keys)?;
        let dist = config.dist.as_ref();
        let assets = dist.map(|folder| Assets::read(folder, &config.base_path));
        let assets = assets.transpose().map_err(StartError::Dist)?;
        Ok((config, keys, assets))
    })
    .await
    .map_err(|error| StartError::Listener(io::Error::other(error)))??;
    let metrics = Metrics::default();
    Ok(App {
        server: crate::app::identifier::<8>()
            .map_err(|error| StartError::Keys(KeyError::Random(error)))?,
        access_tokens: AccessTokens::new(
            keys.access.clone(),
            config.policy.access_token_lifetime,
            Arc::clone(&metrics.tokens_refused),
        ),
        policy: config.policy.clone(),
        heartbeat: config.heartbeat,
        auth_deadline: config.auth_deadline,
        body_deadline: config.body_deadline,
        origins: Origins::new(port, &config.origins),
        proxies: TrustedProxies::new(&config.trusted_proxies),
        keys,
        store,
        passwords: Passwords::new(),
        login_limiter: LoginLimiter::default(),
        door: Door::new(config.handshakes_per_second),
        hub: Hub::default(),
        system: Topic::new(system::TOPIC),
        metrics,
        reports: http::ReportBudget::default(),
        assets,
        faults: config.demo.then(Faults::default),
    })
}

async fn run(
    app: Arc<App>,
    cursor: Cursor,
    listening: Listening,
    sample_period: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let mut upkeep = JoinSet::new();
    upkeep.spawn(upkeep::watch_sockets(Arc::clone(&app)));
    upkeep.spawn(cluster::follow(Arc::clone(&app), cursor));
    upkeep.spawn(upkeep::sweep(Arc::clone(&app)));
    upkeep.spawn(upkeep::forget(Arc::clone(&app)));
    upkeep.spawn(upkeep::sample(Arc::clone(&app), sample_period));
    upkeep.spawn(upkeep::follow_keys(Arc::clone(&app)));
    let (shared, mut stopping) = (Arc::clone(&app), stopped.clone());
    let serving = listening.serve(http::router(Arc::clone(&app)), async move {
        // An error means that nobody can ask for a stop any more, which is one.
        drop(stopping.wait_for(|stop| *stop).await);
        shared.door.close();
        let within = shared.hub.go_away();
        tracing::info!(window_seconds = within.as_secs(), "stopping");
    });
    let drained = async {
        drop(stopped.wait_for(|stop| *stop).await);
        time::sleep(DRAIN_TIMEOUT).await;
    };
    tokio::select! {
        () = serving => {}
        () = drained => tracing::warn!("requests were cut at the stop"),
    }
    let closed = async {
        while app.hub.count() > 0 {
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    if time::timeout(DRAIN_TIMEOUT, closed).await.is_err() {
        tracing::warn!("sockets were cut at the stop");
    }
}
