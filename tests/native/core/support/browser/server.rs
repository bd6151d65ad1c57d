//! The server behind a browser: one session, sockets, topics with a short memory.
//!
//! Invariants: an update reaches a socket once, except that who leaves a topic and comes back gets
//! its memory again; who subscribes twice gets nothing twice; only activity and extensions move
//! the idle end.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use session_core::{Effect, HttpFailure, Input, SocketId};
use session_protocol::{
    ActiveSession, ClientMessage, CloseCode, EndReason, ServerMessage, SessionStatus, User,
};

use crate::support::samples::{IDLE, TOKEN_LIFETIME, ada, bob, grant, refused, session};

/// Updates of a topic that the server remembers.
const MEMORY: u64 = 120;
/// Updates that a new subscriber gets.
pub(super) const REPLAY: u64 = 60;

/// Facts for tabs.
type Facts = Vec<(usize, Input)>;

/// A socket of a tab.
type Line = (usize, SocketId);

#[derive(Debug)]
struct Living {
    id: String,
    user: User,
    idle_ends: Duration,
}

/// A scripted server.
#[derive(Debug)]
pub(crate) struct Server {
    living: Option<Living>,
    ended: Option<EndReason>,
    logins: u64,
    /// Sockets, and the topics of each; none before it is let in.
    sockets: BTreeMap<Line, Option<BTreeSet<String>>>,
    /// Number of the last update of each topic since the start.
    topics: BTreeMap<String, u64>,
    pub(crate) reachable: bool,
    /// When sockets were opened, and by whom.
    pub(crate) opened: Vec<(Duration, usize)>,
    /// When activity was reported.
    pub(crate) reports: Vec<Duration>,
    /// When somebody refreshed, and who.
    pub(crate) refreshes: Vec<(Duration, usize)>,
    /// Subscriptions so far.
    pub(crate) subscriptions: u64,
}

impl Server {
    pub(super) fn new() -> Self {
        Self {
            living: None,
            ended: None,
            logins: 0,
            sockets: BTreeMap::new(),
            topics: BTreeMap::new(),
            reachable: true,
            opened: Vec::new(),
            reports: Vec::new(),
            refreshes: Vec::new(),
            subscriptions: 0,
        }
    }

    /// Takes what a tab sent, and returns what is answered to whom.
    pub(super) fn take(&mut self, tab: usize, order: Effect, now: Duration) -> Facts {
        match order {
            Effect::OpenSocket { socket, .. } => vec![(tab, self.open((tab, socket), now))],
            Effect::CloseSocket { socket, .. } => {
                self.sockets.remove(&(tab, socket));
                Vec::new()
            }
            Effect::SendMessage { socket, message } => self.hear((tab, socket), message, now),
            call => {
                let told = self.end_before(&call);
                let answer = self.answer(call, now, tab);
                let answer = answer.map(|input| (tab, input));
                told.into_iter().chain(answer).collect()
            }
        }
    }

    /// Ends the session that a login or a logout ends.
    fn end_before(&mut self, call: &Effect) -> Facts {
        let reason = match call {
            Effect::RequestLogin { .. } => EndReason::Replaced,
            Effect::RequestLogout { .. } => EndReason::LoggedOut,
            _ => return Vec::new(),
        };
        if self.reachable && self.living.is_some() {
            self.end(reason)
        } else {
            Vec::new()
        }
    }

    fn answer(&mut self, call: Effect, now: Duration, tab: usize) -> Option<Input> {
        let failure = || match self.ended {
            _ if !self.reachable => HttpFailure::Unreachable,
            Some(EndReason::LoggedOut) => refused(401, "logged_out"),
            _ => refused(401, "session_expired"),
        };
        let living = self.session(now).filter(|_| self.reachable);
        Some(match (call, living) {
            (Effect::RequestLogin { call, .. }, _) if !self.reachable => {
                let failure = failure();
                Input::LoginFailed { call, failure }
            }
            (Effect::RequestLogin { call, login }, _) => {
                let grant = grant(self.begin(&login.email, now));
                Input::LoginSucceeded { call, grant }
            }
            (Effect::RequestRefresh { call }, Some(session)) => {
                self.refreshes.push((now, tab));
                let grant = grant(session);
                Input::RefreshSucceeded { call, grant }
            }
            (Effect::RequestRefresh { call }, None) => {
                let failure = failure();
                Input::RefreshFailed { call, failure }
            }
            (Effect::AskSession { call, .. }, Some(session)) => {
                let status = SessionStatus::Active(session);
                Input::SessionAnswered { call, status }
            }
            (Effect::AskSession { call, .. }, None) if self.reachable => {
                let status = SessionStatus::Ended { reason: self.ended };
                Input::SessionAnswered { call, status }
            }
            (Effect::AskSession { call, .. }, None) => {
                let failure = failure();
                Input::SessionUnanswered { call, failure }
            }
            (Effect::RequestExtension { call, .. }, Some(_)) => {
                self.reports.push(now);
                let session = self.extend(now)?;
                Input::ExtensionSucceeded { call, session }
            }
            (Effect::RequestExtension { call, .. }, None) => {
                let failure = failure();
                Input::ExtensionFailed { call, failure }
            }
            (Effect::RequestLogout { call, .. }, _) if !self.reachable => {
                let failure = failure();
                Input::LogoutFailed { call, failure }
            }
            (Effect::RequestLogout { call, .. }, _) => Input::LogoutSucceeded { call },
            _ => return None,
        })
    }

    fn begin(&mut self, email: &str, now: Duration) -> ActiveSession {
        self.logins += 1;
        let known = [ada(), bob()].into_iter().find(|user| user.email == email);
        self.living = Some(Living {
            id: format!("s-{}", self.logins),
            user: known.expect("a known user"),
            idle_ends: now + IDLE,
        });
        self.session(now).expect("a session lives")
    }

    fn session(&self, now: Duration) -> Option<ActiveSession> {
        let living = self
            .living
            .as_ref()
            .filter(|living| living.idle_ends > now)?;
        let mut told = session(&living.id, living.user.clone());
        told.idle_remaining = Some(living.idle_ends - now);
        Some(told)
    }

    fn extend(&mut self, now: Duration) -> Option<ActiveSession> {
        self.living.as_mut()?.idle_ends = now + IDLE;
        self.session(now)
    }

    pub(crate) fn idle_ends(&self) -> Option<Duration> {
        self.living.as_ref().map(|living| living.idle_ends)
    }

    /// Ends the session; returns what its sockets hear.
    pub(super) fn end(&mut self, reason: EndReason) -> Facts {
        self.living = None;
        self.ended = Some(reason);
        let message = ServerMessage::SessionExpired { reason };
        let said = self.lines().map(|line| heard(line, message.clone()));
        let said: Vec<_> = said.collect();
        let closed = self.drop_sockets(CloseCode(1008), reason.code());
        said.into_iter().chain(closed).collect()
    }

    fn open(&mut self, (tab, socket): Line, now: Duration) -> Input {
        self.opened.push((now, tab));
        if !self.reachable {
            let (code, reason) = (CloseCode::ABNORMAL, String::new());
            return Input::SocketClosed {
                socket,
                code,
                reason,
            };
        }
        self.sockets.insert((tab, socket), None);
        Input::SocketOpened { socket }
    }

    fn hear(&mut self, line: Line, message: ClientMessage, now: Duration) -> Facts {
        let Some(socket) = self.sockets.get_mut(&line) else {
            return Vec::new();
        };
        match (message, socket) {
            (ClientMessage::Auth { .. } | ClientMessage::AuthRefresh { .. }, socket) => {
                socket.get_or_insert_default();
                let (expires_in, session) = (TOKEN_LIFETIME, self.session(now));
                let message = ServerMessage::AuthOk {
                    expires_in,
                    session,
                    reconnect_within: None,
                };
                vec![heard(line, message)]
            }
            (ClientMessage::Activity, Some(_)) => {
                self.reports.push(now);
                let session = self.extend(now);
                let message = session.map(|session| ServerMessage::SessionExtended { session });
                message
                    .map(|message| heard(line, message))
                    .into_iter()
                    .collect()
            }
            (ClientMessage::Subscribe { topic, after }, Some(topics)) => {
                self.subscriptions += 1;
                if !topics.insert(topic.clone()) {
                    return Vec::new();
                }
                let last = self.topics.get(&topic).copied().unwrap_or_default();
                let oldest = last.saturating_sub(MEMORY);
                let from = after.unwrap_or(last.saturating_sub(REPLAY)).max(oldest);
                let updates = (from + 1..=last).map(|seq| heard(line, update(&topic, seq)));
                updates.collect()
            }
            (ClientMessage::Unsubscribe { topic }, Some(topics)) => {
                topics.remove(&topic);
                Vec::new()
            }
            (ClientMessage::Heartbeat, Some(_)) => vec![heard(line, ServerMessage::HeartbeatAck)],
            _ => Vec::new(),
        }
    }

    /// Says something to every socket that was let in.
    pub(super) fn say(&self, message: &ServerMessage) -> Facts {
        self.lines()
            .map(|line| heard(line, message.clone()))
            .collect()
    }

    /// Publishes the next update of a topic.
    pub(super) fn publish(&mut self, topic: &str) -> Facts {
        let last = self.topics.entry(topic.to_owned()).or_default();
        *last += 1;
        let message = update(topic, *last);
        let sockets = self.sockets.iter().filter(|(_, topics)| {
            let topics = topics.as_ref();
            topics.is_some_and(|topics| topics.contains(topic))
        });
        sockets
            .map(|(line, _)| heard(*line, message.clone()))
            .collect()
    }

    /// Returns the number of the last update of a topic.
    pub(crate) fn last(&self, topic: &str) -> u64 {
        self.topics.get(topic).copied().unwrap_or_default()
    }

    /// Forgets all updates, and counts from 1 again.
    pub(super) fn restart(&mut self) -> Facts {
        self.topics.clear();
        self.drop_sockets(CloseCode(1012), "")
    }

    pub(super) fn drop_sockets(&mut self, code: CloseCode, reason: &str) -> Facts {
        let sockets = std::mem::take(&mut self.sockets).into_keys();
        let closed = sockets.map(|(tab, socket)| {
            let reason = reason.to_owned();
            let closed = Input::SocketClosed {
                socket,
                code,
                reason,
            };
            (tab, closed)
        });
        closed.collect()
    }

    /// A page died, and its sockets with it.
    pub(super) fn forget(&mut self, tab: usize) {
        self.sockets.retain(|(it, _), _| *it != tab);
    }

    /// Returns whose sockets are open.
    pub(crate) fn sockets(&self) -> Vec<usize> {
        self.sockets.keys().map(|(tab, _)| *tab).collect()
    }

    /// Returns the topics of all sockets.
    pub(crate) fn subscribed(&self) -> Vec<String> {
        self.sockets.values().flatten().flatten().cloned().collect()
    }

    fn lines(&self) -> impl Iterator<Item = Line> {
        let let_in = self.sockets.iter().filter(|(_, topics)| topics.is_some());
        let_in.map(|(line, _)| *line)
    }
}

fn heard((tab, socket): Line, message: ServerMessage) -> (usize, Input) {
    (tab, Input::SocketMessageReceived { socket, message })
}

fn update(topic: &str, seq: u64) -> ServerMessage {
    ServerMessage::DataUpdate {
        topic: topic.to_owned(),
        seq,
        payload: seq.into(),
    }
}
