//! What holds after every step of every random walk, one function for each invariant.

use std::{collections::BTreeMap, time::Duration};

use session_core::{Effect, HttpFailure, Input, Replay, SessionView, SocketId};
use session_protocol::{ServerMessage, SessionConfig};

use crate::support::{
    samples::{CANARY, expired, secs},
    walk::{Draws, Walk},
    world::World,
};

const WALKS: u64 = 1000;
const STEPS: u64 = 200;

#[test]
fn every_random_walk_keeps_every_invariant() {
    let mut visited = BTreeMap::<[&str; 3], u64>::new();
    for seed in 0..WALKS {
        let mut world = World::with(&SessionConfig::default(), seed);
        let (mut walk, mut draws) = (Walk::default(), Draws::new(seed));
        let mut watch = Watch::default();
        for _ in 0..STEPS {
            let input = walk.next(&mut world, &mut draws);
            let before = world.view();
            watch.about_to(&input, &mut walk);
            world.send(input.clone());

            watch.at_most_one_socket(&world);
            watch.a_socket_only_in_a_living_session(&world);
            watch.at_most_one_cleanup_an_epoch(&world, before.epoch);
            watch.refreshes_a_second_apart(&world);
            one_outcome_a_request(&world, &mut walk);
            the_deadline_is_in_the_future(&world);
            no_order_shows_a_secret(&world);
            no_session_ends_without_a_verdict(&input, &before, &world.view());
            tokens_are_asked_for_only_where_they_may_be_used(&world);
            *visited.entry(world.client.state_names()).or_default() += 1;
            if draws.below(25) == 0 {
                a_repeated_fact_is_a_no_op(&input, &world);
                the_view_survives_the_way_between_tabs(&world.view());
            }
        }
        no_state_shows_a_secret(&world);
        every_request_is_settled_when_the_session_is_over(&mut world, &mut walk);
    }
    assert!(visited.len() > 25, "the walks see little: {visited:?}");
    for state in ["Warned", "Expired", "LoggingOut", "Restoring"] {
        assert!(
            visited.keys().any(|names| names[0] == state),
            "{state} is never reached"
        );
    }
}

/// What the orders so far add up to.
#[derive(Default)]
struct Watch {
    socket: Option<SocketId>,
    cleanups: BTreeMap<u64, u32>,
    refreshed: Option<Duration>,
}

impl Watch {
    /// Takes note of a fact that the shell is about to hand in.
    fn about_to(&mut self, input: &Input, walk: &mut Walk) {
        match input {
            Input::SocketClosed { socket, .. } if self.socket == Some(*socket) => {
                self.socket = None;
            }
            Input::RequestSubmitted { request, replay } => {
                walk.pending.entry(*request).or_insert((*replay, 0));
            }
            Input::RequestAnswered { request } | Input::RequestAbandoned { request } => {
                walk.pending.remove(request);
            }
            _ => {}
        }
    }

    fn at_most_one_socket(&mut self, world: &World) {
        for order in world.orders() {
            match order {
                Effect::OpenSocket { socket, .. } => {
                    assert_eq!(self.socket, None, "a second socket beside the first");
                    self.socket = Some(*socket);
                }
                Effect::CloseSocket { socket, .. } => {
                    assert_eq!(self.socket, Some(*socket), "a close of another socket");
                    self.socket = None;
                }
                Effect::SendMessage { socket, .. } => {
                    assert_eq!(self.socket, Some(*socket), "a message to another socket");
                }
                _ => {}
            }
        }
    }

    fn a_socket_only_in_a_living_session(&self, world: &World) {
        let lives = world.view().user().is_some();
        assert!(
            lives || self.socket.is_none(),
            "a socket in {}",
            world.state()
        );
    }

    fn at_most_one_cleanup_an_epoch(&mut self, world: &World, epoch: u64) {
        let cleanups = world
            .orders()
            .filter(|order| order.name() == "ClearProtectedState");
        for _ in cleanups {
            let count = self.cleanups.entry(epoch).or_default();
            *count += 1;
            assert_eq!(*count, 1, "epoch {epoch} was cleaned up twice");
        }
    }

    fn refreshes_a_second_apart(&mut self, world: &World) {
        if world.orders().any(|order| order.name() == "RequestRefresh") {
            let now = world.now();
            if let Some(last) = self.refreshed.replace(now) {
                assert!(now - last >= secs(1), "refreshes at {last:?} and {now:?}");
            }
        }
    }
}

fn one_outcome_a_request(world: &World, walk: &mut Walk) {
    for order in world.orders() {
        match order {
            Effect::SendRequest { request, .. } => {
                let pending = walk.pending.get_mut(request).expect("a pending request");
                pending.1 += 1;
                let most = if pending.0 == Replay::Safe { 2 } else { 1 };
                assert!(pending.1 <= most, "{request:?} was sent too often");
            }
            Effect::FailRequest { request, .. } => {
                let settled = walk.pending.remove(request);
                assert!(settled.is_some(), "a second outcome of {request:?}");
            }
            _ => {}
        }
    }
}

fn the_deadline_is_in_the_future(world: &World) {
    if let Some(deadline) = world.client.next_deadline() {
        assert!(deadline > world.now());
    }
}

fn no_order_shows_a_secret(world: &World) {
    for order in world.orders() {
        assert!(!format!("{order:?}").contains(CANARY), "{}", order.name());
    }
}

fn no_state_shows_a_secret(world: &World) {
    assert!(!format!("{:?}", world.client).contains(CANARY));
    let record: Vec<_> = world.client.timeline().entries().collect();
    let record = serde_json::to_string(&record).expect("serialisable");
    assert!(!record.contains(CANARY));
}

/// No clock, no silence, no page and no overloaded server ends a session.
fn no_session_ends_without_a_verdict(input: &Input, before: &SessionView, after: &SessionView) {
    let transient = |failure: &HttpFailure| failure.is_transient();
    let harmless = match input {
        Input::DeadlineReached
        | Input::PageHidden
        | Input::PageShown { .. }
        | Input::WentOffline
        | Input::WentOnline
        | Input::UserWasActive
        | Input::Started { .. }
        | Input::TopicSubscribed { .. }
        | Input::TopicUnsubscribed { .. }
        | Input::RequestSubmitted { .. }
        | Input::RequestAnswered { .. }
        | Input::RequestAbandoned { .. }
        | Input::SocketOpened { .. }
        | Input::SocketMessageRefused { .. }
        | Input::TabNoticeRefused(_)
        | Input::TabNoticeUnsent => true,
        Input::RefreshFailed { failure, .. }
        | Input::SessionUnanswered { failure, .. }
        | Input::ExtensionFailed { failure, .. } => transient(failure),
        _ => false,
    };
    if harmless && let Some(user) = before.user() {
        assert_eq!(after.user(), Some(user), "ended by {}", input.name());
        assert_eq!(after.epoch, before.epoch);
    }
}

fn tokens_are_asked_for_only_where_they_may_be_used(world: &World) {
    if world.orders().any(|order| order.name() == "RequestRefresh") {
        let session = world.client.state_names()[0];
        assert!(
            ["Restoring", "Active", "Warned"].contains(&session),
            "in {session}"
        );
    }
}

/// What is said about an application's request or a topic may be meant twice, and a lock that nobody
/// waits for is given back each time; a fact of the session's life is not meant twice.
fn a_repeated_fact_is_a_no_op(input: &Input, world: &World) {
    let meant_twice = match input {
        Input::RequestSubmitted { .. }
        | Input::RequestUnauthorized { .. }
        | Input::LockGranted { .. } => true,
        Input::SocketMessageReceived { message, .. } => {
            matches!(message, ServerMessage::DataUpdate { .. })
        }
        _ => false,
    };
    if meant_twice {
        return;
    }
    let mut again = world.clone();
    again.send(input.clone());
    let orders: Vec<_> = again.orders().collect();
    assert!(orders.is_empty(), "{input:?} again gave {orders:?}");
    assert_eq!(again.view(), world.view(), "{input:?} again");
}

fn the_view_survives_the_way_between_tabs(view: &SessionView) {
    let text = serde_json::to_string(view).expect("serialisable");
    assert!(!text.contains(CANARY));
    let read: SessionView = serde_json::from_str(&text).expect("readable");
    assert_eq!(read, *view);
}

fn every_request_is_settled_when_the_session_is_over(world: &mut World, walk: &mut Walk) {
    if world.view().user().is_some() {
        world.command(session_core::Command::LogOut);
    } else {
        world.receive(expired());
        if world.state().starts_with("Restoring") || world.state().starts_with("Starting") {
            return;
        }
    }
    one_outcome_a_request(world, walk);
    assert!(walk.pending.is_empty(), "left over: {:?}", walk.pending);
}
