//! What the client promises after every step, whatever the step was.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use session_core::{
    Client, Effect, Input, LockName, Replay, RequestId, SessionView, SocketId,
    policy::{RATES, Rate, Timing},
    timeline::CAPACITY,
};
use session_protocol::{ClientMessage, TabNotice, TabNoticeKind};

use super::{
    ends::Ends,
    samples::CANARY,
    seen::{
        a_verdict_counts, no_end_without_a_verdict, no_session_without_an_answer, no_time_is_won,
        one_passage, only_the_server_vouches, the_deadline_can_be_kept,
    },
    turns::Turns,
};

/// Most deadlines in a row at which nothing is ordered.
const MOST_IDLE_DEADLINES: u32 = 1000;

/// What the steps so far add up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Promises {
    socket: Option<SocketId>,
    /// The socket, if its handshake succeeded; nothing is promised of what comes before it.
    opened: Option<SocketId>,
    cleanups: BTreeMap<u64, u32>,
    attempts: BTreeMap<&'static str, VecDeque<Duration>>,
    /// Requests without an outcome, with whether they may be repeated and how often they were sent.
    requests: BTreeMap<RequestId, (Replay, u32)>,
    /// Newest update of each topic that is subscribed, with the socket that it came on.
    updates: BTreeMap<String, Option<(SocketId, u64)>>,
    /// Whether the user was active since the latest report.
    active: bool,
    /// Epoch and time of the latest report of activity.
    reported: Option<(u64, Duration)>,
    online: Online,
    turns: Turns,
    ends: Ends,
    idle_deadlines: u32,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Online {
    #[default]
    Yes,
    No,
}

impl Promises {
    /// Looks at one step.
    pub(super) fn look(
        &mut self,
        input: &Input,
        before: &SessionView,
        effects: &[Effect],
        client: &Client,
        now: Duration,
    ) {
        let after = &client.view();
        let socket = self.socket;
        self.take_note(input, before);
        for effect in effects {
            self.one_socket(effect);
            self.bounded_attempts(input, effect, now);
            self.one_outcome(effect);
            self.each_update_once(effect);
            self.turns.look(input, effect, before.epoch);
            self.only_the_user_is_active(effect, before.epoch, now);
            self.silence_without_a_network(effect);
            self.ends.nothing_comes_back(effect);
            assert!(
                !format!("{effect:?}").contains(CANARY),
                "{} shows a secret",
                effect.name()
            );
        }
        self.one_cleanup(effects, before, after);
        self.turns.a_robbed_tab_lets_go(self.socket);
        self.no_busy_shell(input, effects);
        assert!(
            self.socket.is_none() || after.user().is_some(),
            "a socket without a session"
        );
        the_deadline_can_be_kept(client, now);
        one_passage(before, after);
        no_session_without_an_answer(input, before, after);
        a_verdict_counts(socket, input, before, after);
        no_end_without_a_verdict(input, before, after);
        no_time_is_won(input, before, after);
        only_the_server_vouches(input, before, after);
    }

    /// Looks at a whole life.
    pub(super) fn close(&self, client: &Client) {
        let entries: Vec<_> = client.timeline().entries().collect();
        assert!(entries.len() <= CAPACITY, "{} entries", entries.len());
        assert!(
            !format!("{client:?}").contains(CANARY),
            "the client shows a secret"
        );
        assert!(
            !format!("{entries:?}").contains(CANARY),
            "the record shows a secret"
        );
        if client.view().user().is_none() && client.state_names()[0] == "Expired" {
            assert!(self.requests.is_empty(), "left over: {:?}", self.requests);
        }
    }

    fn take_note(&mut self, input: &Input, before: &SessionView) {
        self.ends.take_note(input, before);
        self.turns.take_note(input);
        match input {
            Input::SocketClosed { socket, .. } if self.socket == Some(*socket) => {
                self.socket = None;
            }
            Input::SocketOpened { socket } if self.socket == Some(*socket) => {
                self.opened = Some(*socket);
            }
            Input::RequestSubmitted { request, replay } => {
                self.requests.entry(*request).or_insert((*replay, 0));
            }
            Input::RequestAnswered { request } | Input::RequestAbandoned { request } => {
                self.requests.remove(request);
            }
            Input::TopicSubscribed { topic } => {
                self.updates.entry(topic.clone()).or_default();
            }
            Input::TopicUnsubscribed { topic } => {
                self.updates.remove(topic);
            }
            Input::UserWasActive => self.active = true,
            Input::WentOnline => self.online = Online::Yes,
            Input::WentOffline => self.online = Online::No,
            _ => {}
        }
    }

    /// At most one socket, opened before it is used, and closed with a code that scripts may send.
    fn one_socket(&mut self, effect: &Effect) {
        match effect {
            Effect::OpenSocket { socket, .. } => {
                assert_eq!(self.socket, None, "a second socket");
                self.socket = Some(*socket);
                self.opened = None;
            }
            Effect::CloseSocket { socket, code } => {
                assert_eq!(self.socket, Some(*socket), "a close of another socket");
                assert!(
                    code.0 == 1000 || (3000..=4999).contains(&code.0),
                    "{code:?}"
                );
                self.socket = None;
            }
            Effect::SendMessage { socket, .. } => {
                assert_eq!(self.socket, Some(*socket), "a message to another socket");
            }
            _ => {}
        }
    }

    /// Whatever loops keeps its gap and its bound for any minute.
    fn bounded_attempts(&mut self, input: &Input, effect: &Effect, now: Duration) {
        let Some((what, rate)) = rate(input, effect) else {
            return;
        };
        let attempts = self.attempts.entry(what).or_default();
        if let Some(last) = attempts.back() {
            let gap = now.saturating_sub(*last);
            assert!(gap >= rate.gap, "{what} again after {gap:?}");
        }
        attempts.push_back(now);
        while attempts
            .front()
            .is_some_and(|at| now.saturating_sub(*at) >= MINUTE)
        {
            attempts.pop_front();
        }
        let most = usize::try_from(rate.most_in_a_minute()).unwrap_or(usize::MAX);
        let count = attempts.len();
        assert!(count <= most, "{what} {count} times");
    }

    /// A request is sent once, or twice if it may be, and gets one outcome.
    fn one_outcome(&mut self, effect: &Effect) {
        match effect {
            Effect::SendRequest { request, .. } => {
                let (replay, sent) = self.requests.get_mut(request).expect("a known request");
                *sent += 1;
                let most = if *replay == Replay::Safe { 2 } else { 1 };
                assert!(*sent <= most, "{request:?} was sent {sent} times");
            }
            Effect::FailRequest { request, .. } => {
                let known = self.requests.remove(request);
                assert!(known.is_some(), "a second outcome of {request:?}");
            }
            _ => {}
        }
    }

    /// On one socket the updates of a subscribed topic grow.
    fn each_update_once(&mut self, effect: &Effect) {
        match effect {
            Effect::DeliverUpdate { topic, seq, .. } if *seq > 0 => {
                if let (Some(last), Some(socket)) = (self.updates.get_mut(topic), self.opened) {
                    let repeated = last.is_some_and(|(on, last)| on == socket && *seq <= last);
                    assert!(!repeated, "{topic}: {seq} after {last:?}");
                    *last = Some((socket, *seq));
                }
            }
            // The application starts over.
            Effect::ClearProtectedState { .. } => {
                self.updates.values_mut().for_each(|last| *last = None);
            }
            _ => {}
        }
    }

    /// Nothing but the user moves the idle deadline, and that once in an interval of a session.
    fn only_the_user_is_active(&mut self, effect: &Effect, epoch: u64, now: Duration) {
        if let Effect::SendMessage {
            message: ClientMessage::Activity,
            ..
        } = effect
        {
            assert!(self.active, "activity without a user");
            self.active = false;
            if let Some((last_epoch, last)) = self.reported.replace((epoch, now)) {
                let gap = now.saturating_sub(last);
                let interval = Timing::default().activity_interval;
                assert!(
                    gap >= interval || last_epoch < epoch,
                    "activity again after {gap:?}"
                );
            }
        }
    }

    fn silence_without_a_network(&self, effect: &Effect) {
        let silent = matches!(
            effect,
            Effect::RequestRefresh { .. }
                | Effect::AskSession { .. }
                | Effect::RequestExtension { .. }
                | Effect::RequestLogout { .. }
                | Effect::OpenSocket { .. }
                | Effect::SendMessage { .. }
        );
        assert!(
            !silent || self.online == Online::Yes,
            "{} without a network",
            effect.name()
        );
    }

    /// What was protected goes with its session, once.
    fn one_cleanup(&mut self, effects: &[Effect], before: &SessionView, after: &SessionView) {
        let cleanups = effects
            .iter()
            .filter(|it| it.name() == "ClearProtectedState")
            .count();
        let ended =
            before.user().is_some() && (after.user().is_none() || after.epoch != before.epoch);
        assert_eq!(cleanups, usize::from(ended), "cleanups of one end");
        let all = self.cleanups.entry(before.epoch).or_default();
        *all += u32::from(ended);
        assert!(*all <= 1, "epoch {} ended {all} times", before.epoch);
    }

    fn no_busy_shell(&mut self, input: &Input, effects: &[Effect]) {
        let idle = effects.is_empty() && *input == Input::DeadlineReached;
        self.idle_deadlines = if idle { self.idle_deadlines + 1 } else { 0 };
        assert!(
            self.idle_deadlines < MOST_IDLE_DEADLINES,
            "the client keeps its shell busy"
        );
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// What an order tries, and how often it may.
fn rate(input: &Input, effect: &Effect) -> Option<(&'static str, Rate)> {
    match effect {
        Effect::RequestRefresh { .. } => Some(("refresh", RATES.refresh)),
        Effect::AskSession { .. } => Some(("question", RATES.inquiry)),
        Effect::OpenSocket { .. } => Some(("handshake", RATES.connect)),
        Effect::RequestExtension { .. } => Some(("extension", RATES.extension)),
        Effect::RequestLogout { .. } => Some(("logout", RATES.logout)),
        Effect::RequestLock {
            name: LockName::Leader,
            steal: true,
            ..
        } => match input {
            Input::TabNoticeReceived(TabNotice {
                kind: TabNoticeKind::Resigned { .. },
                ..
            }) => Some(("hand-over", RATES.hand_over)),
            _ => Some(("steal", RATES.steal)),
        },
        _ => None,
    }
}
