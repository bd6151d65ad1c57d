//! A crowd of sockets, each of which lives as a tab's does: opens, stays, comes back.
//!
//! Invariants: how long a tab waits before it comes back is drawn as the project's client draws it,
//! with the constants of its policy; tabs of a session share one browser, so a token that is refused
//! is refreshed by one of them for all.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Value, json};
use session_core::policy::{BACKOFF_BASE, BACKOFF_CAP, REFUSED_LIMIT};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{self, MissedTickBehavior},
};

use crate::{
    Browser,
    draw::Draw,
    socket::{Heard, Socket},
};

/// Handshakes that are under way at once while the crowd gathers; later nothing holds it back.
const GATHERING: usize = 512;
/// Time between two heartbeats of a socket that measures.
const BEAT: Duration = Duration::from_secs(1);

/// How a socket proves who it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Proof {
    /// By its first message.
    FirstMessage,
    /// By the cookie of its handshake.
    Cookie,
}

/// One socket of the crowd.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    /// Shared by the tabs of a session.
    pub(super) browser: Arc<tokio::sync::Mutex<Browser>>,
    pub(super) session: usize,
    pub(super) proof: Proof,
    pub(super) subscribes: bool,
    /// Whether it measures how fast the server answers.
    pub(super) beats: bool,
}

/// What happened to a socket.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum What {
    Opened,
    Closed(u16),
    Refused,
}

/// When it happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) at: Instant,
    pub(super) session: usize,
    pub(super) what: What,
}

/// What the crowd has seen.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) open: AtomicUsize,
    pub(super) questions: AtomicUsize,
    pub(super) beating: AtomicBool,
    pub(super) updates: AtomicUsize,
    pub(super) gaps: AtomicUsize,
    events: Mutex<Vec<Event>>,
    deliveries: Mutex<Vec<Duration>>,
    beats: Mutex<Vec<Duration>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    fn note(&self, session: usize, what: What) {
        let at = Instant::now();
        lock(&self.events).push(Event { at, session, what });
    }

    /// Takes the events since the last time.
    pub(super) fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut lock(&self.events))
    }

    /// Takes how long updates were under way.
    pub(super) fn take_deliveries(&self) -> Vec<Duration> {
        std::mem::take(&mut lock(&self.deliveries))
    }

    /// Takes how long heartbeats took to be answered.
    pub(super) fn take_beats(&self) -> Vec<Duration> {
        std::mem::take(&mut lock(&self.beats))
    }
}

/// A crowd.
pub(super) struct Crowd {
    pub(super) board: Arc<Board>,
    tasks: JoinSet<()>,
}

impl Crowd {
    /// Begins to gather a crowd.
    pub(super) fn gather(seats: Vec<Seat>) -> Self {
        let board = Arc::<Board>::default();
        let gate = Arc::new(Semaphore::new(GATHERING));
        let mut tasks = JoinSet::new();
        let mut draw = Draw::new(1);
        for seat in seats {
            let tab = Tab {
                seat,
                board: Arc::clone(&board),
                draw: draw.branch(),
            };
            tasks.spawn(tab.live(Arc::clone(&gate)));
        }
        Self { board, tasks }
    }

    /// Waits until so many sockets are open; returns whether they are in time.
    pub(super) async fn until_open(&self, count: usize, patience: Duration) -> bool {
        let open = async {
            while self.board.open.load(Ordering::SeqCst) != count {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        time::timeout(patience, open).await.is_ok()
    }

    /// Ends all sockets.
    pub(super) async fn disperse(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Why a socket did not open.
enum Failure {
    /// The access token was refused, if it had one.
    Token(Option<String>),
    /// The handshake was refused, or nobody is there.
    Handshake,
}

/// Access tokens that are refused or over are answered like this.
const REFRESH_AND_COME_BACK: u16 = 4408;

struct Tab {
    seat: Seat,
    board: Arc<Board>,
    draw: Draw,
}

impl Tab {
    async fn live(mut self, gate: Arc<Semaphore>) {
        let mut turn = gate.acquire().await.ok();
        let (mut failures, mut refused) = (0, 0);
        loop {
            match self.open().await {
                Ok((mut socket, token)) => {
                    drop(turn.take());
                    (failures, refused) = (0, 0);
                    self.board.note(self.seat.session, What::Opened);
                    self.board.open.fetch_add(1, Ordering::SeqCst);
                    let code = self.stay(&mut socket).await;
                    self.board.open.fetch_sub(1, Ordering::SeqCst);
                    self.board.note(self.seat.session, What::Closed(code));
                    match code {
                        1008 | 4409 => return,
                        REFRESH_AND_COME_BACK => self.renew(token).await,
                        _ => {}
                    }
                }
                Err(failure) => {
                    self.board.note(self.seat.session, What::Refused);
                    match failure {
                        Failure::Token(token) => self.renew(token).await,
                        Failure::Handshake => {
                            refused += 1;
                            if refused == REFUSED_LIMIT {
                                self.ask().await;
                            }
                        }
                    }
                }
            }
            failures += 1;
            let most = BACKOFF_BASE.saturating_mul(1 << (failures - 1).min(16));
            time::sleep(self.draw.up_to(most.min(BACKOFF_CAP))).await;
        }
    }

    /// The browser hides why a handshake was refused: the client asks over HTTP.
    async fn ask(&self) {
        self.board.questions.fetch_add(1, Ordering::SeqCst);
        let mut browser = self.seat.browser.lock().await;
        browser.call("GET /api/session", &Value::Null).await;
    }

    /// Refreshes, unless another tab has done it for this token.
    async fn renew(&self, refused: Option<String>) {
        let mut browser = self.seat.browser.lock().await;
        if browser.token == refused {
            browser.refresh().await;
        }
    }

    /// Opens the socket and proves whose it is; returns the token that it had.
    async fn open(&self) -> Result<(Socket, Option<String>), Failure> {
        let browser = self.seat.browser.lock().await.clone();
        let proof = self.seat.proof;
        let (path, cookies) = match proof {
            Proof::FirstMessage => ("/ws", String::new()),
            Proof::Cookie => ("/ws?auth=cookie", browser.cookie_header()),
        };
        let opening = Socket::open(browser.from, browser.to, path, &cookies);
        let mut socket = opening.await.map_err(|_| Failure::Handshake)?;
        if proof == Proof::FirstMessage {
            let message = json!({ "type": "auth", "token": browser.token });
            socket.say(&message).await;
        }
        match socket.hear().await {
            Heard::Text(text) if text.contains("\"auth_ok\"") => {}
            Heard::Text(text) if text.contains("\"invalid_token\"") => {
                return Err(Failure::Token(browser.token));
            }
            Heard::Closed(REFRESH_AND_COME_BACK) => return Err(Failure::Token(browser.token)),
            Heard::Text(_) | Heard::Closed(_) => return Err(Failure::Handshake),
        }
        if self.seat.subscribes {
            let message = json!({ "type": "subscribe", "topic": "system" });
            socket.say(&message).await;
        }
        Ok((socket, browser.token))
    }

    /// Listens until the socket closes; returns the code.
    async fn stay(&mut self, socket: &mut Socket) -> u16 {
        let mut beats = time::interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut sent, mut last) = (None, None);
        loop {
            tokio::select! {
                heard = socket.hear() => match heard {
                    Heard::Closed(code) => return code,
                    Heard::Text(text) if text.contains("\"heartbeat_ack\"") => {
                        let took = sent.take().map(|sent: Instant| sent.elapsed());
                        lock(&self.board.beats).extend(took);
                    }
                    Heard::Text(text) => self.updated(&text, &mut last),
                },
                _ = beats.tick(), if self.seat.beats && sent.is_none() => {
                    if self.board.beating.load(Ordering::Relaxed) {
                        sent = Some(Instant::now());
                        socket.say(&json!({ "type": "heartbeat" })).await;
                    }
                }
            }
        }
    }

    fn updated(&self, text: &str, last: &mut Option<u64>) {
        let (Some(seq), Some(published)) =
            (field(text, "\"seq\":"), field(text, "\"publishedAt\":"))
        else {
            return;
        };
        self.board.updates.fetch_add(1, Ordering::Relaxed);
        if last.replace(seq).is_some_and(|last| seq != last + 1) {
            self.board.gaps.fetch_add(1, Ordering::Relaxed);
        }
        let published = SystemTime::UNIX_EPOCH + Duration::from_millis(published);
        // Within the rounding of the server's clock an update arrives before it was sent.
        let took = SystemTime::now()
            .duration_since(published)
            .unwrap_or_default();
        lock(&self.board.deliveries).push(took);
    }
}

/// Reads a whole number after a name, without reading the rest.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.split_once(name)?.1;
    let digits = rest
        .split(|character: char| !character.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_from_the_middle_of_a_message() {
        let text = r#"{"type":"DATA_UPDATE","seq":17,"payload":{"publishedAt":1800000000123}}"#;
        assert_eq!(field(text, "\"seq\":"), Some(17));
        assert_eq!(field(text, "\"publishedAt\":"), Some(1_800_000_000_123));
        assert_eq!(field(text, "\"missing\":"), None);
    }
}
