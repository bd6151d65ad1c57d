//! One client: what it does under load, and what it was told.
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
    history::{Found, Life},
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
    pub(super) browser: Browser,
    nodes: Vec<SocketAddr>,
    pub(super) draw: Draw,
    pub(super) current: Option<Life>,
    pub(super) ended: VecDeque<Life>,
    pub(super) notes: Vec<String>,
    pub(super) report: Report,
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

    pub(super) fn choose_node(&mut self) {
        let number = self.draw.below(self.nodes.len() as u64);
        self.browser.to = self.nodes[usize::try_from(number).unwrap_or(0)];
    }

    pub(super) fn violated(&mut self, violation: Violation) {
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
    pub(super) fn bury(&mut self) {
        self.ended.extend(self.current.take());
        while self.ended.len() > REMEMBERED {
            self.ended.pop_front();
        }
    }

    /// Logs in; a session that the browser has is replaced by that.
    pub(super) async fn log_in(&mut self) -> Outcome {
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

    pub(super) async fn refresh(&mut self) -> Outcome {
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
}

/// Reads how long a session may still last.
fn absolute(body: &Value) -> Option<Duration> {
    let seconds = body["session"]["absoluteRemainingSeconds"].as_f64()?;
    Duration::try_from_secs_f64(seconds).ok()
}
