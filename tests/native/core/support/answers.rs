//! What the server, the browser and the person at the screen do next, in one call each.

use std::time::Duration;

use session_core::{
    CallId, Command, Effect, HttpFailure, Input, Presence, Replay, RequestId, SocketId,
};
use session_protocol::{
    ActiveSession, CloseCode, EndReason, ServerMessage, SessionStatus, TabNotice, TabNoticeKind,
    User,
};

use super::{
    samples::{
        TOKEN_LIFETIME, ada, credentials, ending_in, first_session, grant, logged_out, notice,
        refused,
    },
    world::World,
};

impl World {
    /// A page on which Ada has logged in; the socket is not answered yet.
    pub(crate) fn logged_in() -> Self {
        let mut world = Self::new();
        world.start(logged_out());
        world.log_in(&ada());
        world.answer_login_ok(first_session());
        world
    }

    /// A page on which Ada is logged in and the socket is open.
    pub(crate) fn live() -> Self {
        let mut world = Self::logged_in();
        world.answer_socket();
        world
    }

    /// A page on which Ada's session has just expired.
    pub(crate) fn expired() -> Self {
        let mut world = Self::live();
        world.receive(super::samples::expired());
        world
    }

    pub(crate) fn start(&mut self, presence: Presence) {
        self.send(Input::Started {
            presence,
            locks: false,
        });
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.send(Input::Commanded(command));
    }

    pub(crate) fn log_in(&mut self, user: &User) {
        self.command(Command::LogIn(credentials(user)));
    }

    /// Returns the call of the newest order of this name.
    pub(crate) fn call_of(&self, name: &str) -> Option<CallId> {
        let mut orders = self.newest_first().filter(|order| order.name() == name);
        orders.next().and_then(call)
    }

    fn awaited(&self, name: &str) -> CallId {
        let state = self.state();
        self.call_of(name)
            .unwrap_or_else(|| panic!("no {name} was ordered in {state}"))
    }

    /// Returns the newest socket.
    pub(crate) fn socket(&self) -> SocketId {
        let mut orders = self.newest_first();
        orders.find_map(opened).unwrap_or(SocketId(0))
    }

    pub(crate) fn answer_login_ok(&mut self, session: ActiveSession) {
        let call = self.awaited("RequestLogin");
        let grant = grant(session);
        self.send(Input::LoginSucceeded { call, grant });
    }

    pub(crate) fn refuse_login(&mut self, failure: HttpFailure) {
        let call = self.awaited("RequestLogin");
        self.send(Input::LoginFailed { call, failure });
    }

    pub(crate) fn answer_refresh_ok(&mut self) {
        self.answer_refresh_with(first_session());
    }

    pub(crate) fn answer_refresh_with(&mut self, session: ActiveSession) {
        let call = self.awaited("RequestRefresh");
        let grant = grant(session);
        self.send(Input::RefreshSucceeded { call, grant });
    }

    /// A backend that only speaks RFC 6749.
    pub(crate) fn answer_refresh_bare(&mut self, lifetime: Duration) {
        let call = self.awaited("RequestRefresh");
        let grant = super::samples::grant_for(lifetime, None);
        self.send(Input::RefreshSucceeded { call, grant });
    }

    pub(crate) fn refuse_refresh(&mut self, failure: HttpFailure) {
        let call = self.awaited("RequestRefresh");
        self.send(Input::RefreshFailed { call, failure });
    }

    pub(crate) fn answer_session_active(&mut self, session: ActiveSession) {
        let call = self.awaited("AskSession");
        let status = SessionStatus::Active(session);
        self.send(Input::SessionAnswered { call, status });
    }

    pub(crate) fn answer_session_ended(&mut self, reason: Option<EndReason>) {
        let call = self.awaited("AskSession");
        let status = SessionStatus::Ended { reason };
        self.send(Input::SessionAnswered { call, status });
    }

    pub(crate) fn refuse_session(&mut self, failure: HttpFailure) {
        let call = self.awaited("AskSession");
        self.send(Input::SessionUnanswered { call, failure });
    }

    pub(crate) fn answer_extension_ok(&mut self) {
        let call = self.awaited("RequestExtension");
        let session = first_session();
        self.send(Input::ExtensionSucceeded { call, session });
    }

    pub(crate) fn refuse_extension(&mut self, failure: HttpFailure) {
        let call = self.awaited("RequestExtension");
        self.send(Input::ExtensionFailed { call, failure });
    }

    pub(crate) fn refuse_logout(&mut self, failure: HttpFailure) {
        let call = self.awaited("RequestLogout");
        self.send(Input::LogoutFailed { call, failure });
    }

    pub(crate) fn answer_logout(&mut self) {
        let call = self.awaited("RequestLogout");
        self.send(Input::LogoutSucceeded { call });
    }

    /// The refresh that is due comes, and the server answers that it should come later.
    pub(crate) fn refresh_is_told_to_wait(&mut self, told: Duration) {
        while !self.state().contains("Refreshing") {
            self.reach_deadline();
            self.receive(ServerMessage::HeartbeatAck);
        }
        let mut busy = refused(503, "");
        if let HttpFailure::Refused { retry_after, .. } = &mut busy {
            *retry_after = Some(told);
        }
        self.refuse_refresh(busy);
    }

    /// A page whose session expired while a refresh waited as the server had asked.
    pub(crate) fn expired_after_a_refresh_told_to_wait(told: Duration) -> Self {
        let mut world = Self::live();
        world.refresh_is_told_to_wait(told);
        world.receive(super::samples::expired());
        world
    }

    /// The server fails in everything that the last step asked of it.
    pub(crate) fn answer_whatever_is_asked(&mut self, failure: &HttpFailure) {
        let asked: Vec<_> = self.orders().cloned().collect();
        for order in asked {
            let failure = failure.clone();
            match order {
                Effect::RequestRefresh { call } => {
                    self.send(Input::RefreshFailed { call, failure });
                }
                Effect::AskSession { call, .. } => {
                    self.send(Input::SessionUnanswered { call, failure });
                }
                Effect::OpenSocket { socket, .. } => self.send(Input::SocketClosed {
                    socket,
                    code: CloseCode::ABNORMAL,
                    reason: String::new(),
                }),
                _ => {}
            }
        }
    }

    /// The server answers everything that the last step asked of it about a session that ends at
    /// this time.
    pub(crate) fn answer_whatever_is_asked_ok(&mut self, end: Duration) {
        let session = ending_in(end.saturating_sub(self.now()));
        let asked: Vec<_> = self.orders().cloned().collect();
        for order in asked {
            match order {
                Effect::RequestRefresh { call } => {
                    let grant = grant(session.clone());
                    self.send(Input::RefreshSucceeded { call, grant });
                }
                Effect::AskSession { call, .. } => {
                    let status = SessionStatus::Active(session.clone());
                    self.send(Input::SessionAnswered { call, status });
                }
                Effect::SendMessage { message, .. } if message.name() == "heartbeat" => {
                    self.receive(ServerMessage::HeartbeatAck);
                }
                _ => {}
            }
        }
    }

    /// The handshake succeeds and the server lets the socket in.
    pub(crate) fn answer_socket(&mut self) {
        self.open_socket();
        self.receive(ServerMessage::AuthOk {
            expires_in: TOKEN_LIFETIME,
            session: None,
            reconnect_within: None,
        });
    }

    pub(crate) fn open_socket(&mut self) {
        let socket = self.socket();
        self.send(Input::SocketOpened { socket });
    }

    pub(crate) fn receive(&mut self, message: ServerMessage) {
        let socket = self.socket();
        self.send(Input::SocketMessageReceived { socket, message });
    }

    pub(crate) fn close(&mut self, code: u16, reason: &str) {
        let socket = self.socket();
        let (code, reason) = (CloseCode(code), reason.to_owned());
        self.send(Input::SocketClosed {
            socket,
            code,
            reason,
        });
    }

    /// Passes time until the client opens a socket; the server refreshes tokens meanwhile.
    pub(crate) fn await_socket(&mut self) {
        while !self.state().ends_with("Connecting") {
            if self.state().contains("Refreshing") {
                self.answer_refresh_ok();
            } else {
                self.reach_deadline();
            }
        }
    }

    pub(crate) fn submit(&mut self, request: u64, replay: Replay) {
        let request = RequestId(request);
        self.send(Input::RequestSubmitted { request, replay });
    }

    pub(crate) fn reject_request(&mut self, request: u64, code: &str) {
        let request = RequestId(request);
        let failure = refused(401, code);
        self.send(Input::RequestUnauthorized { request, failure });
    }

    pub(crate) fn hear_from(&mut self, sender: &str, kind: TabNoticeKind, session: &str, seq: u64) {
        let sender = sender.to_owned();
        let notice = TabNotice {
            sender,
            ..notice(kind, session, seq)
        };
        self.send(Input::TabNoticeReceived(notice));
    }

    pub(crate) fn hear(&mut self, kind: TabNoticeKind, session: &str, seq: u64) {
        self.send(Input::TabNoticeReceived(notice(kind, session, seq)));
    }
}

/// Returns the call that an order waits for.
fn call(order: &Effect) -> Option<CallId> {
    if let Effect::RequestLogin { call, .. }
    | Effect::RequestRefresh { call }
    | Effect::AskSession { call, .. }
    | Effect::RequestExtension { call, .. }
    | Effect::RequestLogout { call, .. } = order
    {
        Some(*call)
    } else {
        None
    }
}

fn opened(order: &Effect) -> Option<SocketId> {
    if let Effect::OpenSocket { socket, .. } = order {
        Some(*socket)
    } else {
        None
    }
}
