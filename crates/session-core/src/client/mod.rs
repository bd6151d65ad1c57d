//! The client: its parts put together, one entry point.
//!
//! [`Client::handle`] does two things. It *applies* the input to the parts, and then it *settles*:
//! whatever is due or missing in the new state is ordered. Because the second step looks at the
//! state and not at the input, a late timer, a wake after a night or any other input runs
//! everything that is due, exactly once.

mod answers;
mod commands;
mod following;
mod leading;
mod life;
mod page;
mod relaying;
mod requests;
mod settle;
mod showing;
mod sockets;

use std::{
    hash::{Hash, Hasher},
    time::Duration,
};

use session_protocol::SessionConfig;

use crate::{
    CallId, Effect, Input, Moment, Policy, SessionEpoch,
    activity::Activity,
    assurance::Reckoning,
    connection::Connection,
    draw::Draw,
    ids::Ids,
    inquiry::Inquiry,
    pace::Pace,
    requests::Requests,
    revocation::Revocation,
    seeded::SeededBug,
    session::Session,
    tabs::{News, Role},
    timeline::{EntryKind, Timeline},
    token::TokenHolder,
    topics::Topics,
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
    news: News,
    role: Role,
    /// The highest term that was heard of in this session.
    term: u64,
    steals: Pace,
    /// Times that the lead was handed over to this tab.
    hand_overs: Pace,
    /// Whether tabs can exclude each other.
    locks: bool,
    visible: bool,
    activity_call: Option<CallId>,
    network: Network,
    reckoning: Reckoning,
    revocation: Revocation,
    /// Extensions that the user asked for, and reports of activity by a call.
    extensions: Pace,
    ids: Ids,
    draw: Draw,
    timeline: Timeline,
    now: Duration,
    wall: Duration,
    effects: Vec<Effect>,
    #[cfg(feature = "seeded-bugs")]
    bug: Option<SeededBug>,
}

/// Whether the browser has a network.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Network {
    Online,
    Offline,
}

/// Everything that decides is hashed; the record of what happened is not.
impl Hash for Client {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            policy: _,
            epoch,
            session,
            token,
            connection,
            topics,
            inquiry,
            requests,
            activity,
            news,
            role,
            term,
            steals,
            hand_overs,
            locks,
            visible,
            activity_call,
            network,
            reckoning,
            revocation,
            extensions,
            ids,
            draw,
            timeline: _,
            now,
            wall,
            effects: _,
            #[cfg(feature = "seeded-bugs")]
                bug: _,
        } = self;
        (epoch, session, token, connection, topics, inquiry).hash(state);
        (requests, activity, news, role, term, steals, hand_overs).hash(state);
        (locks, visible, activity_call, network, reckoning).hash(state);
        (revocation, extensions, ids, draw, now, wall).hash(state);
    }
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
            news: News::new(tab),
            role: Role::Alone,
            term: 0,
            steals: Pace::default(),
            hand_overs: Pace::default(),
            locks: false,
            visible: true,
            activity_call: None,
            wall: now.wall,
            network: Network::Online,
            reckoning: Reckoning::new(now),
            revocation: Revocation::default(),
            extensions: Pace::default(),
            ids: Ids::default(),
            draw: Draw::new(seed),
            timeline: Timeline::default(),
            now: now.monotonic,
            effects: Vec::new(),
            #[cfg(feature = "seeded-bugs")]
            bug: None,
        }
    }

    /// Switches the record of what happened off, for long runs and for states that are compared.
    #[must_use]
    pub fn without_timeline(mut self) -> Self {
        self.timeline = Timeline::off();
        self
    }

    /// Puts a bug back.
    #[cfg(feature = "seeded-bugs")]
    #[must_use]
    pub const fn with_bug(mut self, bug: SeededBug) -> Self {
        self.bug = Some(bug);
        self
    }

    #[cfg(feature = "seeded-bugs")]
    fn has_bug(&self, bug: SeededBug) -> bool {
        self.bug == Some(bug)
    }

    #[cfg(not(feature = "seeded-bugs"))]
    #[expect(
        clippy::unused_self,
        reason = "the same call with and without the feature"
    )]
    const fn has_bug(&self, _: SeededBug) -> bool {
        false
    }

    /// Takes one fact in and returns the orders that follow from it, in order.
    pub fn handle(&mut self, input: Input, now: Moment) -> Vec<Effect> {
        self.now = self.now.max(now.monotonic);
        self.wall = now.wall;
        let before = self.part_names();
        let name = input.name();
        let detail = self.timeline.begin_step(|| input.detail());

        let mut reckoning = self.reckoning;
        let unverified = reckoning.read(now, || self.next_deadline());
        self.reckoning = reckoning;
        if unverified {
            if self.session.facts().is_some() {
                self.record(EntryKind::Input, "ClocksDrifted", String::new());
                self.inquiry.want(self.now);
            } else {
                self.reckoning.verify();
            }
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

        for ((part, before), (_, after)) in before.into_iter().zip(self.part_names()) {
            self.record_transition(part, before, after);
        }
        let effects = std::mem::take(&mut self.effects);
        // The application's code may be slow or fail: what others have to know goes first.
        let (application, mut effects): (Vec<_>, Vec<_>) =
            effects.into_iter().partition(Effect::runs_application);
        effects.extend(application);
        if self.timeline.is_on() {
            for effect in &effects {
                self.record(EntryKind::Effect, effect.name(), effect.detail());
            }
        }
        effects
    }

    /// Returns when to hand in [`Input::DeadlineReached`], on the monotonic clock, unless another
    /// input comes first. It is always later than the latest input.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines().into_iter().flatten().min()
    }

    /// Returns the identifier of the living session, if the server told it.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        let facts = self.session.facts().filter(|facts| facts.is_told());
        facts.map(|facts| facts.id.as_str())
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

    /// Names of the parts whose transitions are recorded, with their states.
    fn part_names(&self) -> [(&'static str, &'static str); 4] {
        [
            ("Session", self.session.name()),
            ("Token", self.token.name()),
            ("Connection", self.connection.name()),
            ("Assurance", self.reckoning.assurance().name()),
        ]
    }

    fn apply(&mut self, input: Input) -> Outcome {
        match input {
            Input::Started { presence, locks } => self.started(presence, locks),
            Input::Commanded(command) => self.commanded(command),
            Input::LoginSucceeded { call, grant } => self.login_succeeded(call, grant),
            Input::LoginFailed { call, failure } => self.login_failed(call, &failure),
            Input::RefreshSucceeded { call, grant } => self.refresh_succeeded(call, grant),
            Input::RefreshFailed { call, failure } => self.refresh_failed(call, &failure),
            Input::SessionAnswered { call, status } => self.session_answered(call, &status),
            Input::SessionUnanswered { call, failure } => self.session_unanswered(call, &failure),
            Input::ExtensionSucceeded { call, session } => self.extended(call, &session),
            Input::ExtensionFailed { call, failure } => self.extension_failed(call, &failure),
            Input::LogoutSucceeded { call } => self.logout_succeeded(call),
            Input::LogoutFailed { call, failure } => self.logout_failed(call, &failure),
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
            Input::PresenceRead { presence } => self.presence_read(presence),
            Input::TabNoticeRefused(_) => Outcome::Ignored("it is not a notice"),
            Input::TabNoticeUnsent => self.notice_unsent(),
            Input::UserWasActive => self.user_was_active(),
            Input::PageShown { persisted } => self.page_shown(persisted),
            Input::PageHidden => self.page_hidden(),
            Input::PageFrozen => self.step_aside(),
            Input::PageLeft => self.page_left(),
            Input::PageResumed => self.page_resumed(),
            Input::PageFocused => self.page_focused(),
            Input::LockGranted { lock } => self.lock_granted(lock),
            Input::LockLost { lock } => self.lock_lost(lock),
            Input::WentOnline => self.went_online(),
            Input::WentOffline => self.went_offline(),
            Input::DeadlineReached => Outcome::Acted,
        }
    }

    fn is_online(&self) -> bool {
        self.network == Network::Online
    }

    fn order(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn record(&mut self, kind: EntryKind, name: &'static str, detail: String) {
        self.timeline
            .record(self.now, self.epoch, kind, name, detail);
    }

    fn record_transition(&mut self, part: &'static str, before: &str, after: &str) {
        if before != after && self.timeline.is_on() {
            self.record(
                EntryKind::Transition,
                part,
                [before, " to ", after].concat(),
            );
        }
    }
}
