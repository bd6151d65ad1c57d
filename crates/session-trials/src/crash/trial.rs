//! The driver: starts the nodes, lets clients work, kills, starts again, has the clients check.
//!
//! Invariant: a node is killed only while clients work, and clients check only while all nodes run.

use std::{
    convert::Infallible,
    path::{Path, PathBuf},
    str::FromStr,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use session_backend::StoreLocation;
use tempfile::TempDir;

use super::{
    Report,
    client::{Client, Signals},
};
use crate::{Launch, Server, Trouble, draw::Draw, prepared, redis::Redis};

/// A server is killed once its clients have had so many answers, at least.
const FEWEST_ANSWERS: u64 = 8;
/// Added to that at most, so that much is done on a slow machine, too.
const MORE_ANSWERS: u64 = 56;
/// Between the last of them and the kill, at most.
const LAST_MOMENT: Duration = Duration::from_millis(5);
/// Clients that get too few answers are not waited for any longer.
const LONGEST_WORK: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(1);
/// How long the other nodes serve alone.
const ALONE: Duration = Duration::from_millis(150);

/// Tokens rotate at every occasion; the rest is as in production.
const FLAGS: [&str; 3] = ["--refresh-grace", "20ms", "--allow-short-limits"];

/// Where the servers of a trial keep what they promise.
#[derive(Clone, Debug, Default)]
pub enum TrialStore {
    /// An SQLite file in the folder of the trial.
    #[default]
    Sqlite,
    /// A Redis server of the trial's own, which is not killed.
    Redis,
    /// What `--store` of the server takes.
    At(String),
}

impl FromStr for TrialStore {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "sqlite" => Self::Sqlite,
            "redis" => Self::Redis,
            _ => Self::At(text.to_owned()),
        })
    }
}

/// What a trial is to be.
#[derive(Clone, Debug)]
pub struct CrashOptions {
    /// The program of the server.
    pub program: PathBuf,
    /// The store.
    pub store: TrialStore,
    /// Servers that share the store; one of them is killed at a time.
    pub nodes: usize,
    /// Clients, each with an account of its own.
    pub clients: usize,
    /// Decides what clients do and when the server dies.
    pub seed: u64,
}

/// A trial under way.
pub struct Trial {
    folder: TempDir,
    launches: Vec<Launch>,
    running: Vec<Option<Server>>,
    /// Ends after the servers that use it.
    _redis: Option<Redis>,
    clients: Vec<Client>,
    draw: Draw,
    report: Report,
}

impl Trial {
    /// Prepares accounts and starts the nodes.
    ///
    /// # Errors
    ///
    /// A [`Trouble`] if server or store fail.
    pub async fn prepare(options: &CrashOptions) -> Result<Self, Trouble> {
        let folder = tempfile::tempdir().map_err(Trouble::when("a folder for the trial"))?;
        let mut redis = None;
        let flag = match &options.store {
            TrialStore::Sqlite => prepared::sqlite_in(folder.path()).0,
            TrialStore::Redis => redis.insert(Redis::start(folder.path()).await?).url(),
            TrialStore::At(flag) => flag.clone(),
        };
        let location = StoreLocation::parse(&flag).map_err(Trouble::when("--store"))?;
        let launch = || Launch::backend(&options.program, folder.path(), &flag, &FLAGS);
        let launches: Vec<_> = (0..options.nodes.max(1))
            .map(|_| launch())
            .collect::<Result<_, _>>()?;
        prepared::accounts(&launches[0], &location, options.clients).await?;
        let mut draw = Draw::new(options.seed);
        let addresses: Vec<_> = launches.iter().map(|launch| launch.address).collect();
        let client = |number| Client::new(number, &addresses, draw.branch());
        let clients = (0..options.clients).map(client).collect();
        let mut running = Vec::new();
        for launch in &launches {
            running.push(Some(launch.start().await?));
        }
        Ok(Self {
            folder,
            launches,
            running,
            _redis: redis,
            clients,
            draw,
            report: Report::default(),
        })
    }

    /// Works, kills, does something while the node is down, starts it again, and checks.
    ///
    /// # Errors
    ///
    /// A [`Trouble`] if a node does not start.
    pub async fn cycle(&mut self, meanwhile: impl FnOnce(&Path)) -> Result<(), Trouble> {
        let started = Instant::now();
        let signals = Signals::default();
        let victim = usize::try_from(self.draw.below(self.launches.len() as u64)).unwrap_or(0);
        let answers = FEWEST_ANSWERS + self.draw.below(MORE_ANSWERS);
        let moment = self.draw.up_to(LAST_MOMENT);
        let alone = if self.launches.len() > 1 {
            ALONE
        } else {
            Duration::ZERO
        };
        let server = self.running[victim].take();
        let killing = async {
            while signals.answers.load(Ordering::SeqCst) < answers
                && started.elapsed() < LONGEST_WORK
            {
                tokio::time::sleep(POLL).await;
            }
            tokio::time::sleep(moment).await;
            signals.killed.store(true, Ordering::SeqCst);
            drop(server);
            tokio::time::sleep(alone).await;
            signals.stop.store(true, Ordering::SeqCst);
        };
        tokio::join!(
            killing,
            join_all(self.clients.iter_mut().map(|client| client.work(&signals)))
        );
        meanwhile(self.folder.path());
        self.running[victim] = Some(self.launches[victim].start().await?);
        join_all(self.clients.iter_mut().map(Client::check)).await;
        for client in &mut self.clients {
            self.report.add(client.take_report());
        }
        self.report.cycles += 1;
        self.report.elapsed += started.elapsed();
        Ok(())
    }

    /// Returns what was found so far.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial")
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}
