//! The socket: opened with a token, watched, reconnected with patience.

use std::time::Duration;

use session_core::{ConnectionStatus, Effect, Input};
use session_protocol::{ClientMessage, ServerMessage, SessionConfig};

use crate::support::{
    samples::{expired, first_session, millis, secs, update},
    world::World,
};

#[test]
fn a_socket_opens_authenticates_and_is_live() {
    let mut world = World::logged_in();
    assert_eq!(world.view().connection, ConnectionStatus::Connecting);

    world.open_socket();
    world.expect_only("SendMessage auth");
    world.receive(ServerMessage::AuthOk {
        expires_in: secs(300),
        session: None,
        reconnect_within: None,
    });

    assert_eq!(world.view().connection, ConnectionStatus::Live);
}

#[test]
fn waits_between_attempts_grow_to_30_s_and_are_spread() {
    let mut waits = vec![Vec::new(); 12];
    for seed in 0..200 {
        let mut world = World::with(&SessionConfig::default(), seed);
        world.start(session_core::Presence::Present);
        world.answer_refresh_bare(secs(86_400));
        world.refuse_session(crate::support::samples::refused(404, ""));
        for waits in &mut waits {
            let before = world.now();
            world.close(1011, "");
            world.await_socket();
            waits.push(world.now() - before);
        }
    }

    for (failures, waits) in waits.iter().enumerate() {
        let doublings = u32::try_from(failures).expect("few");
        let limit = millis(500).saturating_mul(1 << doublings).min(secs(30));
        let longest = waits.iter().max().expect("waits");
        assert!(*longest <= limit, "attempt {failures} waited {longest:?}");
        assert!(*longest > limit * 9 / 10, "full jitter reaches the limit");
        assert!(waits.iter().any(|wait| *wait < limit / 10), "and zero");
    }
}

#[test]
fn a_connection_that_lasted_starts_the_waits_over() {
    let mut world = World::live();
    for _ in 0..8 {
        world.close(1006, "");
        world.await_socket();
        world.answer_socket();
    }
    world.advance(secs(6));
    let before = world.now();

    world.close(1006, "");
    world.await_socket();

    assert!(world.now() - before <= millis(500));
}

#[test]
fn a_server_that_lets_in_and_throws_out_is_not_hammered() {
    let mut world = World::live();

    while world.now() < secs(300) {
        world.close(1011, "");
        world.await_socket();
        world.answer_socket();
    }

    assert!(world.count("OpenSocket") < 60);
}

#[test]
fn silence_is_questioned_and_then_given_up() {
    let mut world = World::live();

    world.reach_deadline();
    assert_eq!(world.now(), secs(25));
    world.expect_only("SendMessage heartbeat");
    world.reach_deadline();

    assert_eq!(world.now(), secs(50));
    world.expect(&["CloseSocket 4000"]);
    assert_eq!(world.view().connection, ConnectionStatus::Reconnecting);
}

#[test]
fn any_sign_of_life_puts_the_heartbeat_off() {
    let mut world = World::live();

    for seq in 1..10 {
        world.advance(secs(20));
        world.receive(update(seq));
    }

    assert_eq!(world.count("SendMessage"), 1, "auth, and no heartbeat");
}

#[test]
fn a_handshake_without_an_answer_is_given_up() {
    let mut world = World::logged_in();

    world.reach_deadline();

    assert_eq!(world.now(), secs(10));
    assert_eq!(world.orders().next().map(Effect::name), Some("CloseSocket"));
}

#[test]
fn a_first_message_without_an_answer_is_given_up() {
    let mut world = World::logged_in();
    world.open_socket();

    world.reach_deadline();

    assert_eq!(world.now(), secs(10));
    assert_eq!(world.orders().next().map(Effect::name), Some("CloseSocket"));
}

#[test]
fn two_refused_handshakes_in_a_row_ask_the_server_once() {
    let mut world = World::logged_in();

    world.close(1006, "");
    assert_eq!(world.count("AskSession"), 0);
    world.await_socket();
    world.close(1006, "");
    world.expect_only("AskSession");
    for _ in 0..5 {
        world.await_socket();
        world.close(1006, "");
    }

    assert_eq!(world.count("AskSession"), 1);
}

#[test]
fn a_close_1008_with_an_unknown_reason_waits_for_the_servers_word() {
    let mut world = World::live();

    world.close(1008, "not so fast");
    world.expect_only("AskSession");
    world.advance(secs(60));
    assert_eq!(world.count("OpenSocket"), 1);

    world.answer_session_active(first_session());
    let mut orders = world.orders();
    assert!(orders.any(|order| order.name() == "OpenSocket"));
}

#[test]
fn a_long_lived_connection_closed_with_1008_waits_for_the_servers_word_again() {
    let mut world = World::live();
    world.close(1006, "");
    world.await_socket();
    world.answer_socket();
    world.advance(secs(10));
    world.forget_log();

    world.close(1008, "not so fast");
    world.advance(secs(20));

    assert_eq!(
        world.counts().into_iter().collect::<Vec<_>>(),
        [("AskSession", 1)]
    );
}

#[test]
fn a_close_1008_that_repeats_backs_off_and_never_loops() {
    let mut world = World::live();
    world.close(1008, "no");

    while world.now() < secs(120) {
        if world.state().contains("Suspended") {
            world.answer_session_active(first_session());
        } else {
            world.reach_deadline();
        }
        if world.state().ends_with("Connecting") {
            world.close(1008, "no");
        }
    }

    assert!(world.count("OpenSocket") < 30);
    assert!(world.count("AskSession") < 30);
}

#[test]
fn each_known_reason_of_1008_ends_the_session() {
    let reasons = [
        "SESSION_TIMEOUT",
        "ABSOLUTE_TIMEOUT",
        "REVOKED",
        "LOGGED_OUT",
        "REUSE_DETECTED",
        "ACCOUNT_DISABLED",
        "REPLACED",
        "Authentication expired",
        "Session invalid",
        "token expired",
        "session not found",
    ];
    for reason in reasons {
        let mut world = World::live();

        world.close(1008, reason);

        assert_eq!(world.count("ClearProtectedState"), 1, "{reason}");
        world.advance(secs(600));
        assert_eq!(world.count("OpenSocket"), 1, "{reason}");
    }
}

#[test]
fn three_protocol_faults_are_forgiven_and_the_fourth_is_not() {
    let mut world = World::live();

    for _ in 0..3 {
        let before = world.socket();
        world.close(1002, "");
        world.await_socket();
        assert_ne!(world.socket(), before);
        world.answer_socket();
    }
    world.close(1002, "");
    world.advance(secs(60));

    assert_eq!(world.count("OpenSocket"), 4);
    assert_eq!(world.view().connection, ConnectionStatus::Degraded);
    assert!(world.view().user().is_some(), "the session stays");
}

#[test]
fn a_configured_code_goes_before_the_table() {
    let mut world = World::configured(r#"{"socket":{"closePolicy":{"4001":"expired"}}}"#);
    world.start(session_core::Presence::Present);
    world.answer_refresh_ok();
    world.answer_socket();

    world.close(4001, "");

    world.expect_state("Expired Absent Idle");
}

#[test]
fn topics_are_subscribed_again_from_where_they_were() {
    let mut world = following();
    world.receive(update(7));

    world.close(1006, "");
    world.await_socket();
    world.answer_socket();

    assert_eq!(subscriptions(&world), [("load".to_owned(), Some(7))]);
}

#[test]
fn an_update_that_comes_twice_is_delivered_once() {
    let mut world = following();

    world.receive(update(7));
    world.expect_only("DeliverUpdate load");
    world.receive(update(7));
    world.expect_nothing();
    world.receive(update(6));
    world.expect_nothing();
}

#[test]
fn a_server_that_counts_from_one_again_after_a_restart_is_heard() {
    let mut world = following();
    world.receive(update(900));
    world.close(1006, "");
    world.await_socket();
    world.answer_socket();

    world.receive(update(1));
    world.expect_only("DeliverUpdate load");
    world.receive(update(2));

    world.expect_only("DeliverUpdate load");
}

#[test]
fn topics_begin_anew_after_the_page_was_emptied() {
    let mut world = following();
    world.receive(update(7));
    world.receive(expired());
    world.log_in(&crate::support::samples::ada());
    world.answer_login_ok(first_session());

    world.answer_socket();

    assert_eq!(subscriptions(&world), [("load".to_owned(), None)]);
}

#[test]
fn a_data_update_lets_a_socket_in_whose_server_says_no_auth_ok() {
    let mut world = World::logged_in();
    world.open_socket();

    world.receive(update(1));

    world.expect_only("DeliverUpdate load");
    assert_eq!(world.view().connection, ConnectionStatus::Live);
    assert_eq!(world.now(), Duration::ZERO);
}

fn following() -> World {
    let mut world = World::live();
    let topic = "load".to_owned();
    world.send(Input::TopicSubscribed { topic });
    world
}

fn subscriptions(world: &World) -> Vec<(String, Option<u64>)> {
    let orders = world.orders().filter_map(|order| {
        if let Effect::SendMessage {
            message: ClientMessage::Subscribe { topic, after },
            ..
        } = order
        {
            Some((topic.clone(), *after))
        } else {
            None
        }
    });
    orders.collect()
}
