//! A stage for one browser and one server: a jar, the newest access token, a clock.

use std::time::Duration;

use session_protocol::{ClientMessage, EndReason, Secret};
use session_simulator::{
    bug::{Bug, BugSet},
    server::{
        AccessToken, Bearer, Call, ConnectionId, Family, FamilyId, Jar, Outcome, Party, Policy,
        RefreshToken, Request, Response, Sent, Server, SocketEvent, UserId, invariants,
    },
};

/// The user of the stage.
pub(crate) const USER: UserId = UserId(1);
/// The first socket.
pub(crate) const SOCKET: ConnectionId = ConnectionId(1);
/// The first session of a server.
pub(crate) const FIRST: FamilyId = FamilyId(1);

/// One browser and one server.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) jar: Jar,
    pub(crate) access: Option<AccessToken>,
    pub(crate) now: Duration,
    pub(crate) events: Vec<SocketEvent>,
    watched: bool,
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Stage {
    /// A server with the default times, on which every step keeps all invariants.
    pub(crate) fn new() -> Self {
        Self::with(Policy::default(), BugSet::NONE)
    }

    /// A server with a bug; its invariants are not watched.
    pub(crate) fn with_bug(bug: Bug) -> Self {
        let mut stage = Self::with(Policy::default(), bug.into());
        stage.watched = false;
        stage
    }

    pub(crate) fn with(policy: Policy, bugs: BugSet) -> Self {
        Self {
            server: Server::new(policy, bugs),
            jar: Jar::new(),
            access: None,
            now: seconds(1_000),
            events: Vec::new(),
            watched: true,
        }
    }

    /// The stage after a login.
    pub(crate) fn logged_in(mut self) -> Self {
        self.log_in();
        self
    }

    /// The stage after a login and a rotation long ago: generation 1 is current and in use.
    pub(crate) fn rotated(self) -> Self {
        let mut stage = self.logged_in();
        stage.pass(60);
        stage.refresh();
        stage.read();
        stage.pass(60);
        stage
    }

    /// Time passes; what is due is done.
    pub(crate) fn pass(&mut self, time: u64) {
        self.now += seconds(time);
        let events = self.server.tick(self.now);
        self.events.extend(events);
        self.watch();
    }

    fn watch(&self) {
        if self.watched
            && let Err(violation) = invariants::check(&self.server)
        {
            panic!("{violation}");
        }
    }

    /// The browser asks and receives the answer.
    pub(crate) fn call(&mut self, call: Call) -> Response {
        let response = self.call_and_lose(call);
        self.arrive(&response);
        response
    }

    /// The browser asks and the answer is lost.
    pub(crate) fn call_and_lose(&mut self, call: Call) -> Response {
        let request = self.request(call);
        self.carry_out(request)
    }

    pub(crate) fn request(&self, call: Call) -> Request {
        Request::of_owner(call, self.jar.clone(), self.access.map(Bearer::Token))
    }

    pub(crate) fn carry_out(&mut self, request: Request) -> Response {
        let outcome = self.server.handle(request, self.now);
        self.note(outcome)
    }

    pub(crate) fn note(&mut self, outcome: Outcome) -> Response {
        self.events.extend(outcome.events);
        self.watch();
        outcome.response
    }

    /// An answer reaches the browser.
    pub(crate) fn arrive(&mut self, response: &Response) {
        for cookie in &response.set_cookies {
            cookie.apply(&mut self.jar);
        }
        self.access = response.access_token().or(self.access);
    }

    pub(crate) fn log_in(&mut self) -> Response {
        self.call(Call::login(&USER.credentials(false)))
    }

    pub(crate) fn refresh(&mut self) -> Response {
        self.call(Call::Refresh)
    }

    pub(crate) fn read(&mut self) -> Response {
        self.call(Call::Read)
    }

    /// Somebody presents this refresh token; the jar and the access token stay as they are.
    pub(crate) fn present(&mut self, party: Party, generation: u32) -> Response {
        self.carry_out(presentation(
            party,
            generation,
            self.server.cookie_name(FIRST),
        ))
    }

    /// The first session.
    pub(crate) fn family(&self) -> &Family {
        self.server.family(FIRST).expect("somebody logged in")
    }

    /// Why the first session ended.
    pub(crate) fn ended(&self) -> Option<EndReason> {
        self.family().ended.map(|(_, reason)| reason)
    }

    /// The generation of the refresh token in the jar.
    pub(crate) fn held_generation(&self) -> Option<u32> {
        self.jar.values().map(|token| token.generation).max()
    }

    /// A socket opens and authenticates with the newest access token.
    pub(crate) fn connect(&mut self, socket: ConnectionId) -> Vec<Sent> {
        self.server.open_socket(socket, Party::Owner, self.now);
        let token = self.access.expect("the browser has an access token");
        self.say(
            socket,
            &ClientMessage::Auth {
                token: token.to_secret(),
            },
        )
    }

    /// The browser says something on a socket; returns what comes back on any.
    pub(crate) fn say(&mut self, socket: ConnectionId, message: &ClientMessage) -> Vec<Sent> {
        let events = self.server.receive(socket, message, self.now);
        self.events.extend(events);
        self.watch();
        self.heard()
    }

    /// What left on sockets since the last look.
    pub(crate) fn heard(&mut self) -> Vec<Sent> {
        self.events.drain(..).map(|event| event.sent).collect()
    }
}

/// A refresh with one cookie of the first session.
pub(crate) fn presentation(
    party: Party,
    generation: u32,
    name: session_simulator::server::CookieName,
) -> Request {
    let token = RefreshToken {
        family: FIRST,
        generation,
    };
    Request {
        call: Call::Refresh,
        cookies: [(name, token)].into(),
        bearer: None,
        party,
    }
}

/// Returns status and code of an answer; the code is empty unless it is a refusal.
pub(crate) fn code(response: &Response) -> (u16, &'static str) {
    (response.status, response.code().unwrap_or_default())
}

/// A token that no server issued.
pub(crate) fn forged() -> Secret {
    Secret::new("forged")
}
