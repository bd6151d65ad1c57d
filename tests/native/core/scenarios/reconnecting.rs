//! Reconnecting within bounds: what is forgiven, what is bounded, and whose wait is kept.

use session_core::{ConnectionStatus, Input};
use session_protocol::{ServerMessage, SessionConfig};

use crate::support::{
    samples::{millis, secs},
    world::World,
};

#[test]
fn a_sound_connection_forgives_the_faults_before_it() {
    let mut world = World::live();

    for _ in 0..6 {
        world.advance(secs(20));
        world.receive(ServerMessage::HeartbeatAck);
        world.advance(secs(20));
        world.receive(ServerMessage::HeartbeatAck);
        world.advance(secs(20));
        world.close(1002, "");
        world.await_socket();
        world.answer_socket();
    }

    assert_eq!(world.view().connection, ConnectionStatus::Live);
}

#[test]
fn nobody_can_make_the_client_connect_without_bound() {
    let mut world = World::live();

    for _ in 0..600 {
        if world.state().contains("Connecting") {
            world.close(1006, "");
        }
        world.send(Input::PageShown { persisted: false });
        world.send(Input::PageFocused);
        world.advance(millis(100));
    }

    let most = session_core::policy::RATES.connect.most_in_a_minute() as usize;
    let attempts = world.count("OpenSocket");
    assert!(
        (10..=most + 1).contains(&attempts),
        "{attempts} attempts in a minute"
    );
}

#[test]
fn a_wake_does_not_cut_the_window_of_an_announced_restart() {
    let mut world = World::live();
    let within = secs(20);
    world.receive(ServerMessage::GoingAway {
        reconnect_within: within,
    });
    world.close(1012, "");
    let planned = world.client.next_deadline();

    world.send(Input::PageShown { persisted: false });

    world.expect_nothing();
    assert_eq!(world.client.next_deadline(), planned);
}

/// Breaks a hundred connections that were told to come back within 20 s.
fn expect_spread(told: impl Fn(&mut World), code: u16) {
    let mut waits = Vec::new();
    for seed in 0..100 {
        let mut world = World::with(&SessionConfig::default(), seed);
        world.start(session_core::Presence::Present);
        world.answer_refresh_ok();
        told(&mut world);

        world.close(code, "");
        world.await_socket();
        waits.push(world.now());
    }

    assert!(waits.iter().all(|wait| *wait <= secs(20)));
    assert!(
        waits.iter().any(|wait| *wait > secs(15)),
        "spread over the window"
    );
}

#[test]
fn an_announced_restart_is_met_inside_its_window() {
    let told = |world: &mut World| {
        world.answer_socket();
        world.receive(ServerMessage::GoingAway {
            reconnect_within: secs(20),
        });
    };
    expect_spread(told, 1012);
}

#[test]
fn one_of_a_crowd_comes_back_inside_the_window_that_it_was_told_when_it_came() {
    let told = |world: &mut World| {
        world.open_socket();
        world.receive(ServerMessage::AuthOk {
            expires_in: secs(300),
            session: None,
            reconnect_within: Some(secs(20)),
        });
    };
    expect_spread(told, 1006);
}

#[test]
fn a_mistyped_restart_window_keeps_no_tab_away() {
    let mut world = World::live();
    world.receive(ServerMessage::GoingAway {
        reconnect_within: secs(10 * 365 * 86_400),
    });

    world.close(1012, "");
    world.await_socket();

    assert!(world.now() <= secs(60));
}
