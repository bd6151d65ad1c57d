//! The acts as facts: whose identifiers they carry, and what a server, another tab or a polite
//! world says.

use std::time::Duration;

use session_core::{CallId, Command, Input, Presence};
use session_protocol::{
    CloseCode, MAX_COUNT, Secret, ServerMessage, SessionStatus, TabNotice, TabNoticeKind,
    WireError, http::TokenResponse,
};

use super::{
    act::{Act, Age, Answer, Call, Rumour, Said, Term, Told, Whose},
    page::{Page, TAB},
    samples::{CANARY, credentials, identifier, presence, session, session_hash},
};

impl Page {
    /// The fact that an act brings, if it brings one.
    pub(super) fn fact(&mut self, act: &Act) -> Option<Input> {
        Some(match act {
            Act::Polite(lifetime) => self.polite(*lifetime),
            Act::Start(memory) => Input::Started {
                presence: presence(*memory),
                locks: self.locks,
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
            Act::Submit(replay) => Input::RequestSubmitted {
                request: self.next_request(),
                replay: *replay,
            },
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
            Act::Hear(tab, whose, rumour, seq) => {
                Input::TabNoticeReceived(self.notice(tab, *whose, *rumour, *seq))
            }
            Act::Echo(age) => Input::TabNoticeReceived(self.sent(*age)?),
            Act::Recall(memory) => Input::PresenceRead {
                presence: presence(*memory),
            },
            Act::Noise => Input::TabNoticeRefused(WireError::NotJson),
            Act::Mute => Input::TabNoticeUnsent,
            Act::UserActs => Input::UserWasActive,
            Act::Show(persisted) => Input::PageShown {
                persisted: *persisted,
            },
            Act::Hide => Input::PageHidden,
            Act::Freeze => Input::PageFrozen,
            Act::Depart => Input::PageLeft,
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

    /// A notice of this tab.
    fn sent(&self, Age(age): Age) -> Option<TabNotice> {
        let age = usize::try_from(age).unwrap_or(usize::MAX);
        self.given.notices.iter().rev().nth(age).cloned()
    }

    /// A notice on the channel of the tabs.
    fn notice(&mut self, tab: &str, whose: Whose, rumour: Rumour, seq: u64) -> TabNotice {
        use TabNoticeKind as K;
        let kind = match rumour {
            Rumour::LoggedIn => K::LoggedIn,
            Rumour::LoggedOut => K::LoggedOut,
            Rumour::Expired => K::Expired,
            Rumour::Changed => K::Changed,
            Rumour::Active => K::Active,
            Rumour::Asking { visible, candidate } => K::Asking { visible, candidate },
            Rumour::Leading {
                term,
                socket,
                visible,
            } => K::Leading {
                term: self.term(term),
                socket,
                visible,
            },
            Rumour::Resigned { term, to_this_tab } => K::Resigned {
                term: self.term(term),
                to: if to_this_tab { TAB } else { "" }.to_owned(),
            },
            Rumour::Wanting(topic, after) => K::Wanting {
                topic: topic.to_owned(),
                after,
            },
            Rumour::Unwanted(topic) => K::Unwanted {
                topic: topic.to_owned(),
            },
            Rumour::Update {
                term,
                topic,
                seq,
                after,
            } => K::Update {
                term: self.term(term),
                topic: topic.to_owned(),
                seq,
                after,
                payload: seq.into(),
            },
        };
        TabNotice {
            kind,
            epoch: 1,
            session: session_hash(identifier(whose)),
            sender: tab.to_owned(),
            seq,
        }
    }

    /// The number of a leadership, which is spoken of from here on.
    fn term(&mut self, term: Term) -> u64 {
        let known = self.given.term;
        let term = match term {
            Term::None => 0,
            Term::Before => known.saturating_sub(1),
            Term::Same => known,
            Term::After => MAX_COUNT.min(known + 1),
            Term::Last => MAX_COUNT,
        };
        if term < MAX_COUNT {
            self.given.term = known.max(term);
        }
        term
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
        if let Some(lock) = self.given.waiting.last() {
            return Input::LockGranted { lock: *lock };
        }
        match self.client.state_names() {
            ["Starting", ..] => Input::Started {
                presence: Presence::Present,
                locks: self.locks,
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

fn message(said: &Said) -> ServerMessage {
    match said {
        Said::Welcome(told) => ServerMessage::AuthOk {
            expires_in: Duration::from_secs(300),
            session: told.map(session),
            reconnect_within: None,
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
