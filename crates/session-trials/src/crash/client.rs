//! One client: what it does under load, and what it asks for after a kill.
//!
//! Invariant: it has one session at a time, as a browser has; those that ended it remembers.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Report, Violation,
    history::{Belief, Found, Life},
};
use crate::{
    Browser, Outcome,
    draw::Draw,
    prepared::{PASSWORD, address_of, email_of},
};

/// Sessions that ended and whose credentials are tried again after each kill.
const REMEMBERED: usize = 4;
/// Between two calls that nobody answers.
const PAUSE: Duration = Duration::from_millis(3);
/// An unavailable server is asked again this often before that counts against it.
const MOST_ASKED: usize = 100;
/// A user who has so many notes deletes them all, long before there is no room for more.
const MANY_NOTES: usize = 200;

/// What the driver tells its clients.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// A node was killed: calls may stay without an answer.
    pub(super) killed: AtomicBool,
    /// Stop working.
    pub(super) stop: AtomicBool,
    /// Answers that clients have had.
    pub(super) answers: AtomicU64,
}

/// One client.
pub(super) struct Client {
    email: String,
    browser: Browser,
    nodes: Vec<SocketAddr>,
    draw: Draw,
    current: Option<Life>,
    ended: VecDeque<Life>,
    notes: Vec<String>,
    report: Report,
}

impl Client {
    pub(super) fn new(number: usize, nodes: &[SocketAddr], draw: Draw) -> Self {
        Self {
            email: email_of(number),
            browser: Browser::new(address_of(number), nodes[0]),
            nodes: nodes.to_vec(),
            draw,
            current: None,
            ended: VecDeque::new(),
            notes: Vec::new(),
            report: Report::default(),
        }
    }

    /// Hands over what was found since the last time.
    pub(super) fn take_report(&mut self) -> Report {
        std::mem::take(&mut self.report)
    }

    /// Does what users do until it is told to stop.
    pub(super) async fn work(&mut self, signals: &Signals) {
        while !signals.stop.load(Ordering::SeqCst) {
            self.choose_node();
            let outcome = match self.draw.below(20) {
                _ if self.current.is_none() => self.log_in().await,
                0..10 => self.refresh().await,
                10..15 => self.write_note().await,
                15..18 => self.log_out().await,
                _ => self.log_in().await,
            };
            if !matches!(outcome, Outcome::Unknown) {
                signals.answers.fetch_add(1, Ordering::SeqCst);
            }
            match outcome {
                Outcome::Unknown if signals.killed.load(Ordering::SeqCst) => {
                    self.report.unanswered += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Outcome::Unknown => {
                    self.violated(Violation::Unexpected(
                        "no answer of a server that lives".to_owned(),
                    ));
                }
                Outcome::Refused(503, _) => self.report.unavailable += 1,
                Outcome::Refused(..) | Outcome::Done(_) => {}
            }
        }
    }

    fn choose_node(&mut self) {
        let number = self.draw.below(self.nodes.len() as u64);
        self.browser.to = self.nodes[usize::try_from(number).unwrap_or(0)];
    }

    fn violated(&mut self, violation: Violation) {
        self.report.violations.push(violation);
    }

    /// Notes that a call in a session was refused. Only the end of the session may be the reason.
    fn refused(&mut self, what: &str, status: u16, code: &str) {
        let Some(life) = &mut self.current else {
            return;
        };
        match status {
            503 => {}
            401 => {
                if let Some(violation) = life.judge(Found::Dead) {
                    self.violated(violation);
                }
                self.bury();
            }
            _ => {
                let text = format!("{what}: {status} {code}");
                self.violated(Violation::Unexpected(text));
            }
        }
    }

    /// The current session is over.
    fn bury(&mut self) {
        self.ended.extend(self.current.take());
        while self.ended.len() > REMEMBERED {
            self.ended.pop_front();
        }
    }

    /// Logs in; a session that the browser has is replaced by that.
    async fn log_in(&mut self) -> Outcome {
        if let Some(life) = &mut self.current {
            life.end_is_sent();
        }
        let sent = Instant::now();
        let outcome = self.browser.log_in(&self.email, PASSWORD).await;
        match &outcome {
            Outcome::Done(body) => {
                self.report.logins += 1;
                if let Some(life) = &mut self.current {
                    life.end_is_answered();
                    self.bury();
                }
                let begun = self.browser.cookies.iter().next();
                let life = begun
                    .zip(absolute(body))
                    .map(|((family, cookie), remaining)| {
                        let token = self.browser.token.clone();
                        Life::begun(family, cookie, token, remaining, (sent, Instant::now()))
                    });
                if life.is_none() || self.browser.cookies.len() != 1 {
                    let text = "a login that leaves other than one cookie".to_owned();
                    self.violated(Violation::Unexpected(text));
                }
                self.current = life;
            }
            Outcome::Refused(503, _) | Outcome::Unknown => {}
            Outcome::Refused(status, code) => {
                let text = format!("login: {status} {code}");
                self.violated(Violation::Unexpected(text));
            }
        }
        outcome
    }

    async fn refresh(&mut self) -> Outcome {
        let sent = Instant::now();
        let outcome = self.browser.refresh().await;
        match &outcome {
            Outcome::Done(body) => {
                self.report.refreshes += 1;
                if let Some(life) = &mut self.current {
                    let before = life.cookies.len();
                    life.holds(self.browser.cookies.get(&life.family));
                    life.token.clone_from(&self.browser.token);
                    self.report.rotations += (life.cookies.len() - before) as u64;
                    let was = life.judge(Found::Alive);
                    let moved = absolute(body)
                        .and_then(|left| life.judge_deadline(left, (sent, Instant::now())));
                    self.report.violations.extend(was.into_iter().chain(moved));
                }
            }
            Outcome::Refused(status, code) => self.refused("refresh", *status, code),
            Outcome::Unknown => {}
        }
        outcome
    }

    async fn log_out(&mut self) -> Outcome {
        if let Some(life) = &mut self.current {
            life.end_is_sent();
        }
        let outcome = self.browser.log_out().await;
        match &outcome {
            Outcome::Done(_) => {
                self.report.logouts += 1;
                if let Some(life) = &mut self.current {
                    life.end_is_answered();
                }
                self.bury();
            }
            Outcome::Refused(status, code) => self.refused("logout", *status, code),
            Outcome::Unknown => {}
        }
        outcome
    }

    async fn write_note(&mut self) -> Outcome {
        let body = json!({ "title": "kept", "text": "x".repeat(200) });
        let outcome = self.browser.call("POST /api/notes", &body).await;
        match &outcome {
            Outcome::Done(note) => {
                self.report.notes += 1;
                self.notes.extend(note["id"].as_str().map(str::to_owned));
            }
            Outcome::Refused(status, code) => self.refused("note", *status, code),
            Outcome::Unknown => {}
        }
        outcome
    }

    /// Asks for everything that was promised.
    pub(super) async fn check(&mut self) {
        self.choose_node();
        if self.current.is_some() {
            self.insist(|client| Box::pin(client.refresh())).await;
            self.report.checks += 1;
        }
        for mut life in std::mem::take(&mut self.ended) {
            let found = self.find(&life, life.cookies.last().cloned()).await;
            self.report.checks += 1;
            self.report
                .violations
                .extend(found.and_then(|found| life.judge(found)));
            self.ended.push_back(life);
        }
        if self.draw.below(4) == 0 {
            self.present_an_older_token().await;
        }
        if self.current.is_none() {
            self.insist(|client| Box::pin(client.log_in())).await;
        }
        for note in std::mem::take(&mut self.notes) {
            let line = format!("GET /api/notes/{note}");
            let found = self.browser.call(&line, &Value::Null).await;
            self.report.checks += 1;
            if !matches!(found, Outcome::Done(_)) {
                self.violated(Violation::NoteLost(format!("{note}: {found:?}")));
            }
        }
        self.make_room().await;
    }

    async fn make_room(&mut self) {
        let Outcome::Done(found) = self.browser.call("GET /api/notes", &Value::Null).await else {
            return;
        };
        let notes = found.as_array().filter(|notes| notes.len() >= MANY_NOTES);
        for id in notes
            .into_iter()
            .flatten()
            .filter_map(|note| note["id"].as_str())
        {
            let line = format!("DELETE /api/notes/{id}");
            // What stays is deleted the next time.
            drop(self.browser.call(&line, &Value::Null).await);
        }
    }

    /// Makes a call until the server is available.
    async fn insist<F>(&mut self, call: F)
    where
        F: for<'a> Fn(&'a mut Self) -> std::pin::Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>,
    {
        for _ in 0..MOST_ASKED {
            match call(self).await {
                Outcome::Done(_) => return,
                Outcome::Refused(503, _) => self.report.unavailable += 1,
                Outcome::Refused(..) => return,
                Outcome::Unknown => break,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.violated(Violation::Unexpected(
            "not available after a start".to_owned(),
        ));
    }

    /// Presents a refresh token, and the access token of its session, elsewhere.
    async fn find(&mut self, life: &Life, cookie: Option<String>) -> Option<Found> {
        let mut elsewhere = Browser::new(self.browser.from, self.browser.to);
        elsewhere
            .cookies
            .extend(cookie.map(|cookie| (life.family.clone(), cookie)));
        let refreshed = elsewhere.refresh().await;
        elsewhere.token.clone_from(&life.token);
        let read = elsewhere.call("GET /api/me", &Value::Null).await;
        match (&refreshed, &read) {
            (Outcome::Refused(401, _), Outcome::Refused(401, _)) => Some(Found::Dead),
            (Outcome::Done(_), _) | (_, Outcome::Done(_)) => Some(Found::Alive),
            _ => {
                let text = format!("credentials tried again: {refreshed:?}, {read:?}");
                self.violated(Violation::Unexpected(text));
                None
            }
        }
    }

    /// Presents a token that two others have followed, as a thief would: it must not work, and its
    /// session has to be over.
    async fn present_an_older_token(&mut self) {
        let Some(life) = self.current.as_mut().filter(|life| life.cookies.len() >= 3) else {
            return;
        };
        life.belief = Belief::Over;
        let (life, older) = (life.clone(), life.cookies[life.cookies.len() - 3].clone());
        self.report.older_tokens += 1;
        self.report.checks += 2;
        if self.find(&life, Some(older)).await == Some(Found::Alive) {
            self.violated(Violation::StaleToken(life.family.clone()));
        }
        if self.find(&life, life.cookies.last().cloned()).await == Some(Found::Alive) {
            self.violated(Violation::Resurrected(life.family.clone()));
        }
        self.bury();
    }
}

/// Reads how long a session may still last.
fn absolute(body: &Value) -> Option<Duration> {
    let seconds = body["session"]["absoluteRemainingSeconds"].as_f64()?;
    Duration::try_from_secs_f64(seconds).ok()
}
