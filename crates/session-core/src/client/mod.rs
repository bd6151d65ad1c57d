//! The client: its parts put together, one entry point.
//!
//! [`Client::handle`] does two things. It *applies* the input to the parts, and then it *settles*:
//! whatever is due or missing in the new state is ordered. Because the second step looks at the
//! state and not at the input, a late timer, a wake after a night or any other input runs
//! everything that is due, exactly once.

mod answers;
mod commands;
mod life;
mod page;
mod requests;
mod settle;
mod sockets;

use std::time::Duration;

use session_protocol::{SessionConfig, User};

use crate::{
    ConnectionStatus, Effect, Extension, Input, LoginFailure, Moment, Phase, Policy, SessionEpoch,
    SessionView, Warning,
    activity::Activity,
    connection::{Connection, Missing},
    draw::Draw,
    ids::Ids,
    inquiry::Inquiry,
    requests::Requests,
    session::{Extending, Origin, Session},
    tabs::Tabs,
    time::DriftWatch,
    timeline::{EntryKind, Timeline},
    token::TokenHolder,
    topics::Topics,
    view::LoginStatus,
};

/// The pure session client. See the [crate documentation](crate) for the caller's contract.
#[derive(Clone, Debug)]
pub struct Client {
    policy: Policy,
    epoch: SessionEpoch,
    session: Session,
    token: TokenHolder,
    connection: Connection,
    topics: Topics,
    inquiry: Inquiry,
    requests: Requests,
    activity: Activity,
    tabs: Tabs,
    network: Network,
    hidden_since: Option<Duration>,
    drift: DriftWatch,
    ids: Ids,
    draw: Draw,
    timeline: Timeline,
    now: Duration,
    effects: Vec<Effect>,
}

/// Whether the browser has a network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Network {
    Online,
    Offline,
}

/// What became of an input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    Acted,
    /// It changed nothing, for this reason.
    Ignored(&'static str),
}

impl Client {
    /// Creates a client for one page.
    ///
    /// `tab` identifies this tab among the others, and `seed` feeds the jitter; both are random
    /// and neither is secret.
    #[must_use]
    pub fn new(config: &SessionConfig, tab: String, seed: u64, now: Moment) -> Self {
        Self {
            policy: Policy::new(config),
            epoch: SessionEpoch::default(),
            session: Session::Starting,
            token: TokenHolder::new(),
            connection: Connection::new(),
            topics: Topics::default(),
            inquiry: Inquiry::new(),
            requests: Requests::default(),
            activity: Activity::Quiet,
            tabs: Tabs::new(tab),
            network: Network::Online,
            hidden_since: None,
            drift: DriftWatch::new(now),
            ids: Ids::default(),
            draw: Draw::new(seed),
            timeline: Timeline::default(),
            now: now.monotonic,
            effects: Vec::new(),
        }
    }

    /// Takes one fact in and returns the orders that follow from it, in order.
    pub fn handle(&mut self, input: Input, now: Moment) -> Vec<Effect> {
        self.now = self.now.max(now.monotonic);
        let before = (
            self.session.name(),
            self.token.name(),
            self.connection.name(),
        );
        let (name, detail) = (input.name(), input.detail());

        if self.drift.drifted(now) && self.session.facts().is_some() {
            self.record(EntryKind::Input, "ClocksDrifted", String::new());
            self.inquiry.want(self.now);
        }
        match self.apply(input) {
            Outcome::Acted if name == "DeadlineReached" => {}
            Outcome::Acted => self.record(EntryKind::Input, name, detail),
            Outcome::Ignored(why) if detail.is_empty() => {
                self.record(EntryKind::Ignored, name, why.to_owned());
            }
            Outcome::Ignored(why) => {
                self.record(EntryKind::Ignored, name, [&detail, ": ", why].concat());
            }
        }
        self.settle();

        let after = (
            self.session.name(),
            self.token.name(),
            self.connection.name(),
        );
        self.record_transition("Session", before.0, after.0);
        self.record_transition("Token", before.1, after.1);
        self.record_transition("Connection", before.2, after.2);
        let effects = std::mem::take(&mut self.effects);
        for effect in &effects {
            self.record(EntryKind::Effect, effect.name(), effect.detail());
        }
        effects
    }

    /// Returns when to hand in [`Input::DeadlineReached`], on the monotonic clock, unless another
    /// input comes first. It is always later than the latest input.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines().into_iter().flatten().min()
    }

    /// Returns what a user interface may see.
    #[must_use]
    pub fn view(&self) -> SessionView {
        SessionView {
            epoch: self.epoch.number(),
            phase: self.phase(),
            connection: self.connection_status(),
        }
    }

    /// Returns the record of what happened.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Returns the names of the states of session, token and connection, for tests and tables.
    #[must_use]
    pub fn state_names(&self) -> [&'static str; 3] {
        [
            self.session.name(),
            self.token.name(),
            self.connection.name(),
        ]
    }

    fn apply(&mut self, input: Input) -> Outcome {
        match input {
            Input::Started { presence } => self.started(presence),
            Input::Commanded(command) => self.commanded(command),
            Input::LoginSucceeded { call, grant } => self.login_succeeded(call, grant),
            Input::LoginFailed { call, failure } => self.login_failed(call, &failure),
            Input::RefreshSucceeded { call, grant } => self.refresh_succeeded(call, grant),
            Input::RefreshFailed { call, failure } => self.refresh_failed(call, &failure),
            Input::SessionAnswered { call, status } => self.session_answered(call, &status),
            Input::SessionUnanswered { call, failure } => self.session_unanswered(call, &failure),
            Input::ExtensionSucceeded { call, session } => self.extended(call, &session),
            Input::ExtensionFailed { call, failure } => self.extension_failed(call, &failure),
            Input::LogoutFinished { call } => self.logout_finished(call),
            Input::SocketOpened { socket } => self.socket_opened(socket),
            Input::SocketMessageReceived { socket, message } => {
                self.message_received(socket, message)
            }
            Input::SocketMessageRefused { socket, .. } => self.message_refused(socket),
            Input::SocketClosed {
                socket,
                code,
                reason,
            } => self.socket_closed(socket, code, &reason),
            Input::RequestSubmitted { request, replay } => self.request_submitted(request, replay),
            Input::RequestAnswered { request } => self.request_over(request),
            Input::RequestUnauthorized { request, failure } => {
                self.request_unauthorized(request, &failure)
            }
            Input::RequestAbandoned { request } => self.request_over(request),
            Input::TopicSubscribed { topic } => self.topic_subscribed(topic),
            Input::TopicUnsubscribed { topic } => self.topic_unsubscribed(topic),
            Input::TabNoticeReceived(notice) => self.notice_received(&notice),
            Input::TabNoticeRefused(_) => Outcome::Ignored("it is not a notice"),
            Input::UserWasActive => self.user_was_active(),
            Input::PageShown { persisted } => self.page_shown(persisted),
            Input::PageHidden => self.page_hidden(),
            Input::WentOnline => self.went_online(),
            Input::WentOffline => self.went_offline(),
            Input::DeadlineReached => Outcome::Acted,
        }
    }

    fn phase(&self) -> Phase {
        let status =
            |failure: Option<LoginFailure>| failure.map_or(LoginStatus::Ready, LoginStatus::Failed);
        match &self.session {
            Session::Starting
            | Session::Restoring {
                origin: Origin::Anonymous { .. },
            } => Phase::Restoring,
            // The expired page, and the work on it, stays until there is something to show.
            Session::Restoring {
                origin: Origin::Expired { cause, user },
            } => Phase::Expired {
                cause: *cause,
                user: User::clone(user),
                login: LoginStatus::Busy,
            },
            Session::Anonymous { ended, failure } => Phase::Anonymous {
                ended: *ended,
                login: status(*failure),
            },
            Session::Authenticating {
                origin: Origin::Anonymous { ended },
                ..
            } => Phase::Anonymous {
                ended: *ended,
                login: LoginStatus::Busy,
            },
            Session::Authenticating {
                origin: Origin::Expired { cause, user },
                ..
            } => Phase::Expired {
                cause: *cause,
                user: User::clone(user),
                login: LoginStatus::Busy,
            },
            Session::Active { facts } => Phase::Active {
                user: User::clone(&facts.user),
            },
            Session::Warned {
                facts,
                warning,
                extension,
            } => {
                let extension = match extension {
                    Extending::Offered => Extension::Offered,
                    Extending::Requested { .. } | Extending::Retrying { .. } => Extension::Busy,
                    Extending::Refused => Extension::Refused,
                };
                let warning = Warning {
                    ends_at: warning.at,
                    cause: warning.cause,
                    extendable: warning.extendable,
                    extension,
                };
                Phase::Warned {
                    user: User::clone(&facts.user),
                    warning,
                }
            }
            Session::Expired {
                cause,
                user,
                failure,
            } => Phase::Expired {
                cause: *cause,
                user: User::clone(user),
                login: status(*failure),
            },
            Session::LoggingOut { .. } => Phase::LoggingOut,
        }
    }

    fn connection_status(&self) -> ConnectionStatus {
        if let Session::Restoring { .. } = self.session {
            return self.restoring_status();
        }
        if self.session.facts().is_none() {
            return ConnectionStatus::StandingBy;
        }
        if self.connection.open_socket().is_some() {
            return ConnectionStatus::Live;
        }
        if self.network == Network::Offline || self.connection.is_closed() {
            return ConnectionStatus::Offline;
        }
        if self.connection.is_reconnecting() || self.connection.lacks(Missing::Verdict) {
            return ConnectionStatus::Reconnecting;
        }
        ConnectionStatus::Connecting
    }

    /// Tells a server that cannot be reached from one that has not answered yet.
    fn restoring_status(&self) -> ConnectionStatus {
        if self.network == Network::Offline {
            ConnectionStatus::Offline
        } else if self.token.is_failing() || self.inquiry.is_failing() {
            ConnectionStatus::Reconnecting
        } else {
            ConnectionStatus::StandingBy
        }
    }

    fn order(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn record(&mut self, kind: EntryKind, name: &'static str, detail: String) {
        self.timeline
            .record(self.now, self.epoch, kind, name, detail);
    }

    fn record_transition(&mut self, part: &'static str, before: &str, after: &str) {
        if before != after {
            self.record(
                EntryKind::Transition,
                part,
                [before, " to ", after].concat(),
            );
        }
    }
}
