//! One topic that several tabs want: what the leader asks of the server, and what a follower asks
//! of the leader.

use session_core::{Effect, Input, LockName};
use session_protocol::{ClientMessage, ServerMessage, SharedSocket, TabNoticeKind};

use crate::support::{
    browser::Browser,
    samples::{ada, first_session, logged_out, secs, update},
    world::World,
};

const TERM: u64 = 1_900_000_000_000;

#[test]
fn followers_that_want_a_topic_before_its_first_update_share_one_subscription() {
    let mut world = leader();
    want_elsewhere(&mut world, 1, None);
    want_elsewhere(&mut world, 2, None);

    assert_eq!(said(&world), ["subscribe"]);
}

#[test]
fn a_follower_that_wants_what_the_leader_has_just_subscribed_is_served_by_it() {
    let mut world = leader();
    subscribe(&mut world);
    want_elsewhere(&mut world, 1, None);

    assert_eq!(said(&world), ["subscribe"]);
}

#[test]
fn a_topic_that_a_follower_wants_stays_when_the_leader_wants_it_no_more() {
    let mut world = leader();
    want_elsewhere(&mut world, 1, None);
    subscribe(&mut world);
    world.forget_log();

    let topic = "load".to_owned();
    world.send(Input::TopicUnsubscribed { topic });

    assert!(!said(&world).contains(&"unsubscribe"));
    world.receive(update(1));
    assert_eq!(passed_on(&world), [(1, 0)]);
}

#[test]
fn a_stream_that_a_follower_asked_for_begins_after_what_it_has() {
    let mut world = leader();
    want_elsewhere(&mut world, 1, Some(5));

    world.receive(update(6));

    assert_eq!(passed_on(&world), [(6, 5)]);
}

#[test]
fn a_follower_that_knows_later_updates_shows_that_the_count_began_anew() {
    for (known, then, passed) in [(9, 6, vec![(6, 9)]), (5, 6, vec![(6, 5)]), (5, 2, vec![])] {
        let mut world = leader();
        subscribe(&mut world);
        world.receive(update(5));
        want_elsewhere(&mut world, 1, Some(known));
        world.receive(ServerMessage::HeartbeatAck);

        world.pass(secs(6));
        world.receive(update(then));

        assert_eq!(passed_on(&world), passed, "{then} after {known}");
    }
}

#[test]
fn what_was_under_way_for_long_shows_nothing() {
    for pause in [0, 6, 24] {
        let mut world = leader();
        subscribe(&mut world);
        want_elsewhere(&mut world, 1, Some(9));
        assert_eq!(
            world.count("SendMessage"),
            2,
            "a heartbeat tells when all has come"
        );
        world.pass(secs(pause));

        world.receive(update(8));
        world.receive(update(9));
        world.receive(ServerMessage::HeartbeatAck);
        world.pass(secs(6));
        world.receive(update(10));

        assert_eq!(passed_on(&world), [(8, 0), (9, 8), (10, 9)], "{pause} s");
    }
}

#[test]
fn a_server_without_heartbeats_is_believed_after_a_while() {
    let mut world = leader();
    subscribe(&mut world);
    world.receive(update(5));
    want_elsewhere(&mut world, 1, Some(9));

    world.pass(secs(26));
    world.receive(update(6));

    assert_eq!(passed_on(&world), [(6, 9)]);
}

#[test]
fn an_answer_to_a_heartbeat_that_was_lost_holds_followers_up_for_a_while_only() {
    let mut world = leader();
    subscribe(&mut world);
    world.receive(update(5));
    want_elsewhere(&mut world, 1, Some(3));
    world.receive(ServerMessage::HeartbeatAck);
    world.receive(update(6));
    want_elsewhere(&mut world, 2, Some(2));
    world.pass(secs(51));

    world.receive(update(7));

    assert_eq!(passed_on(&world), [(6, 3), (7, 2)]);
}

#[test]
fn updates_that_overtake_a_replay_leave_nothing_out() {
    let mut world = leader();
    subscribe(&mut world);
    world.receive(update(5));
    world.receive(update(6));
    want_elsewhere(&mut world, 1, Some(3));
    // Sent before the server heard of it, and a long time under way.
    world.pass(secs(20));
    world.receive(update(7));

    for seq in [4, 5, 6, 7] {
        world.receive(update(seq));
    }
    world.receive(ServerMessage::HeartbeatAck);
    world.receive(update(8));

    let passed = [(7, 6), (4, 3), (5, 4), (6, 5), (7, 6), (8, 7)];
    assert_eq!(passed_on(&world), passed);
}

#[test]
fn a_replay_that_does_not_come_is_told_by_its_fence() {
    let mut world = leader();
    subscribe(&mut world);
    world.receive(update(5));
    want_elsewhere(&mut world, 1, Some(3));
    world.receive(ServerMessage::HeartbeatAck);

    world.receive(update(6));

    assert_eq!(passed_on(&world), [(6, 3)], "nothing in between is kept");
}

#[test]
fn a_follower_asks_for_what_it_lacks_again_after_a_while_and_not_at_once() {
    let mut world = follower();
    subscribe(&mut world);
    world.forget_log();

    early_update(&mut world, 2);
    assert_eq!(asked(&world), 0, "it has just asked");

    world.advance(secs(5));
    early_update(&mut world, 3);
    early_update(&mut world, 4);
    assert_eq!(asked(&world), 1);
}

fn logged_in() -> World {
    let mut world = World::new();
    let (presence, locks) = (logged_out(), true);
    world.send(Input::Started { presence, locks });
    world.log_in(&ada());
    world.answer_login_ok(first_session());
    world
}

fn follower() -> World {
    let mut world = logged_in();
    let leading = TabNoticeKind::Leading {
        term: TERM,
        socket: SharedSocket::Live,
        visible: true,
    };
    world.hear(leading, "s-1", 1);
    world
}

fn leader() -> World {
    let mut world = logged_in();
    let lock = world.lock_of(LockName::Leader).expect("a request");
    world.send(Input::LockGranted { lock });
    world.answer_socket();
    world.forget_log();
    world
}

fn subscribe(world: &mut World) {
    let topic = "load".to_owned();
    world.send(Input::TopicSubscribed { topic });
}

fn want_elsewhere(world: &mut World, follower: u64, after: Option<u64>) {
    let topic = "load".to_owned();
    let wanting = TabNoticeKind::Wanting { topic, after };
    world.hear_from(&format!("follower-{follower}"), wanting, "s-1", 1);
}

/// An update that the leader passes on arrives before those before it.
fn early_update(world: &mut World, notice: u64) {
    let update = TabNoticeKind::Update {
        term: TERM,
        topic: "load".to_owned(),
        seq: 9,
        after: 8,
        payload: 9.into(),
    };
    world.hear(update, "s-1", notice);
}

/// What was said to the server, by name.
fn said(world: &World) -> Vec<&'static str> {
    let orders = world.log().filter_map(|(_, order)| match order {
        Effect::SendMessage { message, .. } => Some(message),
        _ => None,
    });
    let about_topics = orders.filter(|message| {
        matches!(
            message,
            ClientMessage::Subscribe { .. } | ClientMessage::Unsubscribe { .. }
        )
    });
    about_topics.map(ClientMessage::name).collect()
}

/// The updates that went to other tabs: number, and number of the one before.
fn passed_on(world: &World) -> Vec<(u64, u64)> {
    let kinds = world.log().filter_map(|(_, order)| match order {
        Effect::NotifyTabs(notice) => Some(&notice.kind),
        _ => None,
    });
    let updates = kinds.filter_map(|kind| match kind {
        TabNoticeKind::Update { seq, after, .. } => Some((*seq, *after)),
        _ => None,
    });
    updates.collect()
}

fn asked(world: &World) -> usize {
    let wanting = |order: &Effect| matches!(order, Effect::NotifyTabs(notice) if matches!(notice.kind, TabNoticeKind::Wanting { .. }));
    world.log().filter(|(_, order)| wanting(order)).count()
}

#[test]
fn a_tab_that_leads_again_subscribes_to_what_is_wanted_by_then() {
    let mut browser = Browser::with_tabs(2);
    browser.want(1, "log");
    browser.advance(secs(1));
    assert_eq!(browser.server.subscribed(), ["log"]);

    browser.hide(0);
    browser.advance(secs(12));
    assert_eq!(browser.leader(), 1);
    browser.want_no_more(1, "log");
    browser.show(0);
    browser.hide(1);
    browser.advance(secs(12));

    assert_eq!(browser.leader(), 0);
    assert_eq!(browser.server.subscribed(), Vec::<String>::new());
}

#[test]
fn who_wants_another_topic_asks_for_that_alone() {
    let mut browser = Browser::with_tabs(2);
    browser.want(1, "log");
    browser.advance(secs(1));

    let since = browser.now();
    browser.want(1, "load");
    browser.advance(secs(1));

    let notices = browser.notices(since).map(|(_, notice)| &notice.kind);
    let wanted: Vec<_> = notices
        .filter_map(|kind| match kind {
            TabNoticeKind::Wanting { topic, .. } => Some(topic.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(wanted, ["load"]);
}
