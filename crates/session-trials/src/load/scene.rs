//! A server with accounts and sessions, and the measures that every trial takes of it.
//!
//! Invariant: what is measured is the process of the server, by the kernel's count, and what clients
//! saw; its own counters tell rates only.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::Mutex;

use super::{
    crowd::{Crowd, Proof, Seat, What},
    table::{Table, many, millis, number, percentile},
};
use crate::{Browser, Launch, Outcome, Server, Trouble, http, prepared};

/// Allocators settle before memory is read.
const SETTLE: Duration = Duration::from_secs(3);
/// Longest time for a crowd to gather or to come back.
const PATIENCE: Duration = Duration::from_secs(120);

/// A session, with the name under which it is ended.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) browser: Browser,
    pub(super) id: String,
}

/// A running server whose users have sessions.
pub(super) struct Scene {
    pub(super) launch: Launch,
    pub(super) server: Server,
    pub(super) sessions: Vec<Session>,
    pub(super) of_each_user: usize,
    pub(super) proof: Proof,
}

impl Scene {
    /// Starts the reference backend with so many users and sessions.
    pub(super) async fn backend(
        program: &Path,
        folder: &Path,
        flags: &[&str],
        (users, of_each_user): (usize, usize),
        proof: Proof,
    ) -> Result<Self, Trouble> {
        let (flag, location) = prepared::sqlite_in(folder);
        let launch = Launch::backend(program, folder, &flag, flags)?;
        prepared::accounts(&launch, &location, users).await?;
        let browsers = prepared::sessions(&launch, &location, users, of_each_user).await?;
        let server = launch.start().await?;
        let mut sessions = Vec::new();
        for mut browser in browsers {
            let id = match browser.refresh().await {
                Outcome::Done(body) => body["session"]["id"].as_str().map(str::to_owned),
                Outcome::Refused(..) | Outcome::Unknown => None,
            };
            let id = id.ok_or_else(|| Trouble::new("expected a prepared session to live"))?;
            sessions.push(Session { browser, id });
        }
        Ok(Self {
            launch,
            server,
            sessions,
            of_each_user,
            proof,
        })
    }

    /// Returns the seats of a crowd with so many sockets a session.
    pub(super) fn seats(&self, of_each: usize, subscribes: bool) -> Vec<Seat> {
        let sessions = self.sessions.iter().enumerate();
        let seats = sessions.flat_map(|(session, of)| {
            let seat = Seat {
                browser: Arc::new(Mutex::new(of.browser.clone())),
                session,
                proof: self.proof,
                subscribes,
                beats: false,
            };
            std::iter::repeat_n(seat, of_each)
        });
        let seats = seats.enumerate().map(|(number, mut seat)| {
            // The last of a user's: the first sessions of users are those that are revoked.
            seat.beats = number % 20 == 19;
            seat
        });
        seats.collect()
    }

    /// Gathers a crowd; tells its memory a socket and how fast it came.
    pub(super) async fn gather(
        &self,
        table: &mut Table,
        of_each: usize,
        bound: Option<f64>,
    ) -> Result<Crowd, Trouble> {
        let seats = self.seats(of_each, false);
        let count = seats.len();
        tokio::time::sleep(SETTLE).await;
        let before = self.server.resident()?;
        let began = Instant::now();
        let crowd = Crowd::gather(seats);
        if !crowd.until_open(count, PATIENCE).await {
            return Err(Trouble::new(format!(
                "expected {count} open sockets in {PATIENCE:?}"
            )));
        }
        let rate = many(count) / began.elapsed().as_secs_f64();
        tokio::time::sleep(SETTLE).await;
        let after = self.server.resident()?;
        let each = number(after.saturating_sub(before)) / many(count) / 1_024.0;
        table.told("open sockets", many(count), "");
        match bound {
            Some(bound) => table.bounded("resident memory a socket", each, bound, "KiB"),
            None => table.told("resident memory a socket", each, "KiB"),
        }
        table.told(
            "resident memory without sockets",
            number(before) / 1_048_576.0,
            "MiB",
        );
        let whole = number(after) / 1_048_576.0;
        table.told(
            "resident memory of all sockets and the server",
            whole,
            "MiB",
        );
        table.told("connects a second", rate, "/s");
        crowd.board.take_events();
        Ok(crowd)
    }

    /// Ends sessions one after the other, each by a call of another session of its user, with all
    /// others open. Returns how long each socket took to be closed, and which sessions are over.
    pub(super) async fn revoke(
        &mut self,
        crowd: &Crowd,
        count: usize,
    ) -> Result<Vec<Duration>, Trouble> {
        let mut sent = BTreeMap::new();
        let mut expected = 0;
        let users = self.sessions.len() / self.of_each_user;
        let per_session =
            crowd.board.open.load(std::sync::atomic::Ordering::SeqCst) / self.sessions.len();
        for user in 0..count.min(users) {
            let (victim, sibling) = (user * self.of_each_user, user * self.of_each_user + 1);
            let line = format!("DELETE /api/sessions/{}", self.sessions[victim].id);
            sent.insert(victim, Instant::now());
            let mut browser = self.sessions[sibling].browser.clone();
            match browser.call(&line, &Value::Null).await {
                Outcome::Done(_) => expected += per_session,
                refused @ (Outcome::Refused(..) | Outcome::Unknown) => {
                    return Err(Trouble::new(format!("revoking: {refused:?}")));
                }
            }
        }
        let mut delays = Vec::new();
        let deadline = Instant::now() + Duration::from_secs(20);
        while delays.len() < expected && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let closed = crowd.board.take_events().into_iter();
            let closed = closed.filter(|event| event.what == What::Closed(1008));
            delays.extend(closed.filter_map(|event| Some(event.at - *sent.get(&event.session)?)));
        }
        if delays.len() < expected {
            let found = delays.len();
            return Err(Trouble::new(format!(
                "expected {expected} closed sockets, found {found}"
            )));
        }
        Ok(delays)
    }

    /// Lets a topic run for a while; tells deliveries and rate.
    pub(super) async fn fan_out(
        &self,
        table: &mut Table,
        of_each: usize,
        time: Duration,
        bound: Option<f64>,
    ) -> Result<(), Trouble> {
        let seats = self.seats(of_each, true);
        let count = seats.len();
        let crowd = Crowd::gather(seats);
        if !crowd.until_open(count, PATIENCE).await {
            return Err(Trouble::new(format!(
                "expected {count} subscribers in {PATIENCE:?}"
            )));
        }
        tokio::time::sleep(SETTLE).await;
        crowd.board.take_deliveries();
        let began = Instant::now();
        tokio::time::sleep(time).await;
        let mut deliveries = crowd.board.take_deliveries();
        if deliveries.is_empty() {
            return Err(Trouble::new("expected updates of the topic, found none"));
        }
        let rate = many(deliveries.len()) / began.elapsed().as_secs_f64();
        let gaps = crowd.board.gaps.load(std::sync::atomic::Ordering::SeqCst);
        let p99 = millis(percentile(&mut deliveries, 0.99));
        table.told("fan-out: subscribers", many(count), "");
        table.told("fan-out: messages a second", rate, "/s");
        match bound {
            Some(bound) => table.bounded("fan-out: delivery p99", p99, bound, "ms"),
            None => table.told("fan-out: delivery p99", p99, "ms"),
        }
        table.bounded("fan-out: updates left out or doubled", many(gaps), 0.0, "");
        crowd.disperse().await;
        Ok(())
    }
}

/// Reads a counter of the server on a port.
pub(super) async fn counter(port: u16, name: &str) -> Option<f64> {
    let here = IpAddr::from(Ipv4Addr::LOCALHOST);
    let answer = http::call(here, (here, port).into(), "GET /metrics", &[], "")
        .await
        .ok()?;
    let line = answer
        .body
        .lines()
        .find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}
