//! A page for a client: two clocks, the identifiers that were given out, and the acts as facts.

use std::{collections::BTreeMap, time::Duration};

use session_core::{
    CallId, Client, Command, Effect, Input, LockId, Moment, Presence, RequestId, SocketId,
};
use session_protocol::{
    ActiveSession, CloseCode, Secret, ServerMessage, SessionConfig, SessionStatus, TabNotice, User,
    WireError,
    config::{CloseRule, SocketAuth, TabShare},
    http::{LoginRequest, TokenResponse},
};

use super::{
    act::{Act, Age, Answer, Call, Memory, Said, Told, Whose},
    promises::Promises,
};

/// Part of every token and password; it must be seen nowhere.
pub(super) const CANARY: &str = "canary-7f3a";

/// Where the wall clock begins: some day in 2027.
const WALL: Duration = Duration::from_secs(1_800_000_000);

/// Most deadlines that are reported in one wait. A client that wants more is either busy, which a
/// promise forbids, or waits for an answer that nobody gives for days.
const MOST_DEADLINES: u32 = 60;

/// A client with its surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) client: Client,
    pub(crate) now: Moment,
    given: Given,
    promises: Promises,
}

/// The newest identifiers.
#[derive(Clone, Debug, Default)]
struct Given {
    calls: BTreeMap<&'static str, CallId>,
    socket: u64,
    request: u64,
    lock: u64,
}

impl Page {
    /// A page of the deployment that this byte chooses.
    #[must_use]
    pub(crate) fn new(choice: u8) -> Self {
        let mut config = SessionConfig::default();
        let auths = [
            SocketAuth::FirstMessage,
            SocketAuth::FirstMessage,
            SocketAuth::Cookie,
            SocketAuth::Ticket,
        ];
        config.socket.auth = auths[usize::from(choice) % auths.len()];
        if choice & 4 != 0 {
            config.share = TabShare::Off;
        }
        if choice & 8 != 0 {
            config.refresh_at = 0.001;
        }
        if choice & 16 != 0 {
            config.socket.close_policy =
                vec![(4000, CloseRule::Verify), (4001, CloseRule::Expired)];
        }
        let now = Moment {
            monotonic: Duration::ZERO,
            wall: WALL,
        };
        let client = Client::new(&config, "this-tab".to_owned(), u64::from(choice), now);
        Self {
            client: if choice & 32 == 0 {
                client
            } else {
                client.without_timeline()
            },
            now,
            given: Given::default(),
            promises: Promises::default(),
        }
    }

    /// Lets one act happen; panics if the client breaks a promise. Returns the orders.
    pub(crate) fn act(&mut self, act: &Act) -> Vec<Effect> {
        match act {
            Act::Deadline => {
                self.pass_to_deadline();
                self.send(&Input::DeadlineReached)
            }
            Act::Wait(time) => self.wait(*time),
            Act::Doze(time) => {
                self.pass(*time);
                Vec::new()
            }
            Act::WallForward(time) => {
                self.now.wall = self.now.wall.saturating_add(*time);
                Vec::new()
            }
            Act::WallBack(time) => {
                self.now.wall = self.now.wall.saturating_sub(*time);
                Vec::new()
            }
            other => self
                .fact(other)
                .map_or_else(Vec::new, |input| self.send(&input)),
        }
    }

    /// Looks at what is promised of a whole life.
    pub(crate) fn close(&self) {
        self.promises.close(&self.client);
    }

    /// Hands a fact in; panics if the client breaks a promise. Returns the orders.
    pub(crate) fn send(&mut self, input: &Input) -> Vec<Effect> {
        let before = self.client.view();
        let effects = self.client.handle(input.clone(), self.now);
        for effect in &effects {
            self.note(effect);
        }
        self.promises
            .look(input, &before, &effects, &self.client, self.now.monotonic);
        effects
    }

    fn note(&mut self, effect: &Effect) {
        let given = &mut self.given;
        match effect {
            Effect::RequestLogin { call, .. }
            | Effect::RequestRefresh { call }
            | Effect::AskSession { call, .. }
            | Effect::RequestExtension { call, .. }
            | Effect::RequestLogout { call, .. } => {
                given.calls.insert(effect.name(), *call);
            }
            Effect::OpenSocket { socket, .. } => given.socket = socket.0,
            Effect::RequestLock { lock, .. } => given.lock = lock.0,
            _ => {}
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now.monotonic = self.now.monotonic.saturating_add(time);
        self.now.wall = self.now.wall.saturating_add(time);
    }

    fn pass_to_deadline(&mut self) {
        if let Some(deadline) = self.client.next_deadline() {
            self.pass(deadline.saturating_sub(self.now.monotonic));
        }
    }

    /// Lets time pass with `DeadlineReached` at each deadline. Returns the orders.
    fn wait(&mut self, time: Duration) -> Vec<Effect> {
        let end = self.now.monotonic.saturating_add(time);
        let mut effects = Vec::new();
        for _ in 0..MOST_DEADLINES {
            if self.client.next_deadline().is_none_or(|at| at > end) {
                break;
            }
            self.pass_to_deadline();
            effects.append(&mut self.send(&Input::DeadlineReached));
        }
        self.pass(end.saturating_sub(self.now.monotonic));
        effects
    }

    fn call(&self, name: &'static str, age: Age) -> CallId {
        let newest = self.given.calls.get(name).map_or(0, |call| call.0);
        CallId(newest.saturating_sub(age.0))
    }

    fn socket(&self, age: Age) -> SocketId {
        SocketId(self.given.socket.saturating_sub(age.0))
    }

    fn request(&self, age: Age) -> RequestId {
        RequestId(self.given.request.saturating_sub(age.0))
    }

    fn lock(&self, age: Age) -> LockId {
        LockId(self.given.lock.saturating_sub(age.0))
    }

    /// The fact that an act brings, if it brings one.
    fn fact(&mut self, act: &Act) -> Option<Input> {
        Some(match act {
            Act::Polite(lifetime) => self.polite(*lifetime),
            Act::Start(memory, locks) => Input::Started {
                presence: presence(*memory),
                locks: *locks,
            },
            Act::LogIn(whose) => Input::Commanded(Command::LogIn(credentials(*whose))),
            Act::LogOut => Input::Commanded(Command::LogOut),
            Act::Stay => Input::Commanded(Command::StaySignedIn),
            Act::Leave => Input::Commanded(Command::Leave),
            Act::Answer(call, age, answer) => self.answer(*call, *age, answer),
            Act::Opened(age) => Input::SocketOpened {
                socket: self.socket(*age),
            },
            Act::Message(age, said) => Input::SocketMessageReceived {
                socket: self.socket(*age),
                message: message(said),
            },
            Act::Garbage(age) => Input::SocketMessageRefused {
                socket: self.socket(*age),
                error: WireError::NotJson,
            },
            Act::Closed(age, code, reason) => Input::SocketClosed {
                socket: self.socket(*age),
                code: CloseCode(*code),
                reason: (*reason).to_owned(),
            },
            Act::Submit(replay) => {
                self.given.request += 1;
                Input::RequestSubmitted {
                    request: self.request(Age(0)),
                    replay: *replay,
                }
            }
            Act::Answered(age) => Input::RequestAnswered {
                request: self.request(*age),
            },
            Act::Unauthorized(age, failure) => Input::RequestUnauthorized {
                request: self.request(*age),
                failure: failure.clone(),
            },
            Act::Abandon(age) => Input::RequestAbandoned {
                request: self.request(*age),
            },
            Act::Subscribe(topic) => Input::TopicSubscribed {
                topic: (*topic).to_owned(),
            },
            Act::Unsubscribe(topic) => Input::TopicUnsubscribed {
                topic: (*topic).to_owned(),
            },
            Act::Hear(kind, whose, seq) => heard(kind, *whose, *seq),
            Act::UserActs => Input::UserWasActive,
            Act::Show(persisted) => Input::PageShown {
                persisted: *persisted,
            },
            Act::Hide => Input::PageHidden,
            Act::Freeze => Input::PageFrozen,
            Act::Resume => Input::PageResumed,
            Act::Focus => Input::PageFocused,
            Act::Online => Input::WentOnline,
            Act::Offline => Input::WentOffline,
            Act::Granted(age) => Input::LockGranted {
                lock: self.lock(*age),
            },
            Act::Robbed(age) => Input::LockLost {
                lock: self.lock(*age),
            },
            Act::Deadline
            | Act::Wait(_)
            | Act::Doze(_)
            | Act::WallForward(_)
            | Act::WallBack(_) => return None,
        })
    }

    fn answer(&self, call: Call, age: Age, answer: &Answer) -> Input {
        let order = match call {
            Call::Login => "RequestLogin",
            Call::Refresh => "RequestRefresh",
            Call::Session => "AskSession",
            Call::Extension => "RequestExtension",
            Call::Logout => "RequestLogout",
        };
        let id = self.call(order, age);
        let failure = match answer {
            Answer::Granted(lifetime, told) => return granted(call, id, *lifetime, *told),
            Answer::Ended(reason) if matches!(call, Call::Session) => {
                let status = SessionStatus::Ended { reason: *reason };
                return Input::SessionAnswered { call: id, status };
            }
            Answer::Ended(reason) => session_core::HttpFailure::Refused {
                status: 401,
                code: reason
                    .map_or("", session_protocol::EndReason::problem_code)
                    .to_owned(),
                retry_after: None,
            },
            Answer::Failed(failure) => failure.clone(),
        };
        match call {
            Call::Login => Input::LoginFailed { call: id, failure },
            Call::Refresh => Input::RefreshFailed { call: id, failure },
            Call::Session => Input::SessionUnanswered { call: id, failure },
            Call::Extension => Input::ExtensionFailed { call: id, failure },
            Call::Logout => Input::LogoutFailed { call: id, failure },
        }
    }

    /// The next step of a life without trouble.
    fn polite(&self, lifetime: Duration) -> Input {
        let newest = Age(0);
        let told = Told {
            whose: Whose::Ada,
            idle: Some(Duration::from_secs(1800)),
            absolute: Some(Duration::from_secs(86_400)),
            lead: Duration::from_secs(120),
            extendable: true,
        };
        let good = |call| {
            let answer = Answer::Granted(lifetime, Some(told));
            self.answer(call, newest, &answer)
        };
        match self.client.state_names() {
            ["Starting", ..] => Input::Started {
                presence: Presence::Present,
                locks: false,
            },
            ["Anonymous" | "Expired", ..] => {
                Input::Commanded(Command::LogIn(credentials(Whose::Ada)))
            }
            ["Authenticating", ..] => good(Call::Login),
            ["LoggingOut", ..] => good(Call::Logout),
            [_, "Refreshing", _] => good(Call::Refresh),
            [_, _, "Connecting"] => Input::SocketOpened {
                socket: self.socket(newest),
            },
            [_, _, "Authenticating"] => Input::SocketMessageReceived {
                socket: self.socket(newest),
                message: message(&Said::Welcome(None)),
            },
            [_, _, "Suspended"] => good(Call::Session),
            _ => Input::UserWasActive,
        }
    }
}

fn granted(call: Call, id: CallId, lifetime: Duration, told: Option<Told>) -> Input {
    let grant = TokenResponse {
        access_token: Secret::new(format!("{CANARY}-token")),
        expires_in: lifetime,
        session: told.map(session),
    };
    match (call, grant.session.clone()) {
        (Call::Login, _) => Input::LoginSucceeded { call: id, grant },
        (Call::Session, Some(session)) => Input::SessionAnswered {
            call: id,
            status: SessionStatus::Active(session),
        },
        (Call::Extension, Some(session)) => Input::ExtensionSucceeded { call: id, session },
        (Call::Logout, _) => Input::LogoutSucceeded { call: id },
        (Call::Refresh | Call::Session | Call::Extension, _) => {
            Input::RefreshSucceeded { call: id, grant }
        }
    }
}

fn session(told: Told) -> ActiveSession {
    ActiveSession {
        id: identifier(told.whose).to_owned(),
        user: user(told.whose),
        idle_remaining: told.idle,
        absolute_remaining: told.absolute,
        warning_lead: told.lead,
        extendable: told.extendable,
    }
}

fn message(said: &Said) -> ServerMessage {
    match said {
        Said::Welcome(told) => ServerMessage::AuthOk {
            expires_in: Duration::from_secs(300),
            session: told.map(session),
        },
        Said::TokenEndsSoon(remaining) => ServerMessage::AuthExpiringSoon {
            remaining: *remaining,
        },
        Said::Warning(remaining, cause, extendable) => ServerMessage::SessionWarning {
            remaining: *remaining,
            cause: *cause,
            extendable: *extendable,
        },
        Said::Extended(told) => ServerMessage::SessionExtended {
            session: session(*told),
        },
        Said::Expired(reason) => ServerMessage::SessionExpired { reason: *reason },
        Said::GoingAway(within) => ServerMessage::GoingAway {
            reconnect_within: *within,
        },
        Said::Update(topic, seq) => ServerMessage::DataUpdate {
            topic: (*topic).to_owned(),
            seq: *seq,
            payload: (*seq).into(),
        },
        Said::HeartbeatAck => ServerMessage::HeartbeatAck,
        Said::Error => ServerMessage::Error {
            code: "unknown_topic".to_owned(),
        },
    }
}

/// A text on the channel of the tabs, read as the shell reads it.
fn heard(kind: &str, whose: Whose, seq: u64) -> Input {
    let session = session_hash(identifier(whose));
    let text = format!(
        r#"{{"type":"{kind}","epoch":1,"session":"{session}","sender":"tab-{}","seq":{seq}}}"#,
        seq % 3
    );
    match TabNotice::decode(&text) {
        Ok(notice) => Input::TabNoticeReceived(notice),
        Err(error) => Input::TabNoticeRefused(error),
    }
}

/// FNV-1a, restated: tabs of two releases must agree on it.
fn session_hash(session: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    session
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, step)
        .to_string()
}

fn identifier(whose: Whose) -> &'static str {
    match whose {
        Whose::Ada => "s-1",
        Whose::AdaAgain => "s-2",
        Whose::Bob => "s-9",
    }
}

fn user(whose: Whose) -> User {
    let id = match whose {
        Whose::Ada | Whose::AdaAgain => "u-ada",
        Whose::Bob => "u-bob",
    };
    User {
        id: id.to_owned(),
        email: format!("{id}@example.com"),
        name: String::new(),
    }
}

fn credentials(whose: Whose) -> LoginRequest {
    LoginRequest {
        email: user(whose).email,
        password: Secret::new(format!("{CANARY}-password")),
        remember_me: false,
    }
}

fn presence(memory: Memory) -> Presence {
    match memory {
        Memory::Nothing => Presence::Unknown,
        Memory::Session => Presence::Present,
        Memory::Logout => Presence::LoggedOut,
        Memory::PendingLogout => Presence::LogoutPending {
            session: identifier(Whose::Ada).to_owned(),
        },
    }
}
