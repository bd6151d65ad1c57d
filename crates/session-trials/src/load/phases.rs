//! The trials of the reference backend: idle memory, revocation, a storm of logins, a crash, fan-out.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::{
    crowd::{Crowd, Proof, What},
    scene::{Scene, counter},
    table::{Table, many, millis, percentile, seconds},
};
use crate::{
    Browser, Outcome, Trouble,
    prepared::{PASSWORD, address_of, email_of},
};

/// Sockets of each session while idle.
const OF_EACH_SESSION: usize = 5;
/// Sessions of each user.
const OF_EACH_USER: usize = 4;
/// How long the server is down after it was killed.
const DOWN: Duration = Duration::from_secs(1);
const OPENED: &str = "session_backend_sockets_opened_total";
const REFRESHES: &str = "session_backend_refreshes_total";

/// How large the trials are.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The program of the server.
    pub program: PathBuf,
    /// Idle sockets.
    pub sockets: usize,
    /// Handshakes that the server lets in a second; few enough for the sockets to wait.
    pub handshakes_per_second: u32,
    /// Sessions that are revoked with all sockets open.
    pub revoked: usize,
    /// Logins at once.
    pub logins: usize,
    /// Sockets that subscribe to the topic.
    pub subscribers: usize,
    /// How long the topic runs.
    pub fan_out: Duration,
}

/// Holds all trials.
///
/// # Errors
///
/// A [`Trouble`] if a trial cannot be held, or a socket is not where it has to be in the end.
pub async fn run(options: &LoadOptions) -> Result<Table, Trouble> {
    let mut table = Table::default();
    let folder = || tempfile::tempdir().map_err(Trouble::when("a folder for the trial"));
    let users = options.sockets / OF_EACH_SESSION / OF_EACH_USER;
    let (program, proof) = (&options.program, Proof::FirstMessage);
    let idle = folder()?;
    let scale = (users, OF_EACH_USER);
    let pace = options.handshakes_per_second;
    let pace_flag = pace.to_string();
    let flags = ["--handshakes-per-second", pace_flag.as_str()];
    let mut scene = Scene::backend(program, idle.path(), &flags, scale, proof).await?;
    let crowd = scene
        .gather(&mut table, OF_EACH_SESSION, Some(20.0))
        .await?;
    let mut delays = scene.revoke(&crowd, options.revoked).await?;
    let p99 = millis(percentile(&mut delays, 0.99));
    table.bounded("revoke to closed, p99", p99, 1_000.0, "ms");
    storm(&mut table, &scene, &crowd, options.logins).await?;
    come_back(&mut table, scene, crowd, pace).await?;
    let wide = folder()?;
    let flags = ["--sample-period", "100ms"];
    let scale = (options.subscribers / OF_EACH_USER, OF_EACH_USER);
    let scene = Scene::backend(program, wide.path(), &flags, scale, proof).await?;
    scene
        .fan_out(&mut table, 1, options.fan_out, Some(100.0))
        .await?;
    Ok(table)
}

/// Many log in at once while sockets go on being served.
async fn storm(
    table: &mut Table,
    scene: &Scene,
    crowd: &Crowd,
    logins: usize,
) -> Result<(), Trouble> {
    crowd.board.beating.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut quiet = crowd.board.take_beats();
    let began = Instant::now();
    let address = scene.launch.address;
    let users = scene.sessions.len() / OF_EACH_USER;
    let logins = (0..logins).map(|number| async move {
        let user = number % users;
        let mut browser = Browser::new(address_of(user), address);
        browser.log_in(&email_of(user), PASSWORD).await
    });
    let outcomes = join_all(logins).await;
    let took = began.elapsed();
    let mut beats = crowd.board.take_beats();
    crowd.board.beating.store(false, Ordering::Relaxed);
    let done = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Done(_)))
        .count();
    if done < outcomes.len() {
        let count = outcomes.len();
        return Err(Trouble::new(format!(
            "expected {count} logins at once, found {done}"
        )));
    }
    if beats.is_empty() || quiet.is_empty() {
        return Err(Trouble::new("expected answers to heartbeats, found none"));
    }
    table.told("logins at once", many(done), "");
    table.told("  until all were in", took.as_secs_f64(), "s");
    table.told(
        "socket answers before, p99",
        millis(percentile(&mut quiet, 0.99)),
        "ms",
    );
    table.told("socket answers meanwhile, measured", many(beats.len()), "");
    let p99 = millis(percentile(&mut beats, 0.99));
    table.bounded("socket answers meanwhile, p99", p99, 250.0, "ms");
    Ok(())
}

/// The server is killed and started again; everybody comes back.
async fn come_back(
    table: &mut Table,
    scene: Scene,
    crowd: Crowd,
    pace: u32,
) -> Result<(), Trouble> {
    let open = crowd.board.open.load(Ordering::SeqCst);
    let sessions = scene.sessions.len();
    let Scene { launch, server, .. } = scene;
    crowd.board.take_events();
    server.kill();
    tokio::time::sleep(DOWN).await;
    let server = launch.start().await?;
    let started = Instant::now();
    let accepted = Arc::<Mutex<Vec<Sample>>>::default();
    let watching = tokio::spawn(watch(launch.address.port(), Arc::clone(&accepted)));
    let all = crowd.until_open(open, Duration::from_secs(120)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    watching.abort();
    let events = crowd.board.take_events().into_iter();
    let back = events.filter(|event| event.what == What::Opened);
    let mut times: Vec<_> = back
        .map(|event| event.at.saturating_duration_since(started))
        .collect();
    if !all {
        let found = crowd.board.open.load(Ordering::SeqCst);
        return Err(Trouble::new(format!(
            "expected {open} sockets back, found {found}"
        )));
    }
    let rate = steepest(&accepted.lock().unwrap_or_else(PoisonError::into_inner));
    let p99 = seconds(percentile(&mut times, 0.99));
    table.bounded("kill -9 and restart: back, p99", p99, 30.0, "s");
    let last = seconds(percentile(&mut times, 1.0));
    table.told("kill -9 and restart: the last one", last, "s");
    table.bounded(
        "kill -9 and restart: accepted in a second",
        rate,
        f64::from(pace),
        "/s",
    );
    let refreshes = counter(launch.address.port(), REFRESHES)
        .await
        .unwrap_or(f64::NAN);
    // A session refreshes at 80 % of five minutes, less 10 %: every 216 s at least. Beyond that
    // it refreshes what was refused.
    let normal = (many(sessions) * last / 216.0).ceil();
    table.bounded(
        "kill -9 and restart: refreshes meanwhile",
        refreshes,
        normal,
        "",
    );
    let questions = many(crowd.board.questions.load(Ordering::SeqCst));
    table.told("kill -9 and restart: questions over HTTP", questions, "");
    crowd.disperse().await;
    drop(server);
    Ok(())
}

/// What a counter was at some time between the question and the answer.
#[derive(Clone, Copy, Debug)]
struct Sample {
    asked: Instant,
    answered: Instant,
    count: f64,
}

/// Reads how many sockets were accepted, four times a second.
async fn watch(port: u16, accepted: Arc<Mutex<Vec<Sample>>>) {
    loop {
        let asked = Instant::now();
        if let Some(count) = counter(port, OPENED).await {
            let mut accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner);
            accepted.push(Sample {
                asked,
                answered: Instant::now(),
                count,
            });
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Returns the highest rate over any time of at least a second; what was counted between two
/// samples was so between the first question and the last answer. Fewer samples are no number.
fn steepest(samples: &[Sample]) -> f64 {
    let rate = |(index, first): (usize, &Sample)| {
        let later = samples[index..].iter();
        let mut later = later.filter(|last| last.answered - first.asked >= Duration::from_secs(1));
        let last = later.next()?;
        Some((last.count - first.count) / (last.answered - first.asked).as_secs_f64())
    };
    samples
        .iter()
        .enumerate()
        .filter_map(rate)
        .fold(f64::NAN, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_taken_over_a_second_at_least() {
        let start = Instant::now();
        let at = |millis, late, count| Sample {
            asked: start + Duration::from_millis(millis),
            answered: start + Duration::from_millis(millis + late),
            count,
        };
        let samples = [
            at(0, 0, 0.0),
            at(500, 0, 900.0),
            at(1_000, 0, 1_000.0),
            at(2_500, 0, 1_300.0),
        ];
        assert!((steepest(&samples) - 1_000.0).abs() < 1e-9);
        assert!(steepest(&samples[..2]).is_nan(), "less than a second");
        assert!(steepest(&[]).is_nan());
        let late = [at(0, 0, 0.0), at(1_000, 1_000, 1_500.0)];
        assert!((steepest(&late) - 750.0).abs() < 1e-9, "at any time of two");
    }
}
