//! The access token: refreshed in time, handed to the socket, and never asked for too often.

use std::time::Duration;

use session_core::{ConnectionStatus, Effect, HttpFailure, Input, Presence};
use session_protocol::{ClientMessage, ServerMessage, SessionConfig};

use crate::support::{
    samples::{ada, bob, grant_for, millis, refused, refused_for, secs, session},
    world::World,
};

#[test]
fn a_token_is_refreshed_between_70_and_80_percent_of_its_lifetime() {
    let mut times = Vec::new();
    for seed in 0..50 {
        let mut world = World::with(&SessionConfig::default(), seed);
        world.start(Presence::Present);
        world.answer_refresh_bare(secs(1000));
        world.refuse_session(refused(404, ""));
        world.close(4404, "");
        world.reach_deadline();
        world.expect_only("RequestRefresh");
        times.push(world.now());
    }

    assert!(
        times.iter().all(|at| (secs(700)..=secs(800)).contains(at)),
        "{times:?}"
    );
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 40, "the jitter spreads them");
}

#[test]
fn a_fresh_token_goes_to_the_open_socket() {
    let mut world = refreshing();

    world.answer_refresh_ok();

    world.expect_only("SendMessage auth_refresh");
    world.expect_state("Active Valid Open");
}

#[test]
fn a_token_that_came_while_the_socket_authenticated_follows_at_once() {
    let mut world = World::logged_in();
    world.open_socket();
    world.send(expiring_soon(&world));
    world.answer_refresh_ok();

    world.receive(ServerMessage::AuthOk {
        expires_in: secs(1),
        session: None,
        reconnect_within: None,
    });

    world.expect_only("SendMessage auth_refresh");
}

#[test]
fn a_socket_that_authenticated_by_cookie_gets_no_token() {
    let mut world = World::configured(r#"{"socket":{"auth":"cookie"}}"#);
    world.start(Presence::Present);
    world.answer_refresh_ok();
    world.open_socket();
    world.expect_state("Active Valid Open");
    world.send(expiring_soon(&world));

    world.answer_refresh_ok();

    world.expect_nothing();
}

#[test]
fn a_token_with_any_lifetime_is_refreshed_at_most_once_a_second() {
    for lifetime in [1, 2, 5, 60, 300, 86_400, 30 * 86_400].map(secs) {
        let mut world = World::new();
        world.start(Presence::Present);
        world.answer_refresh_bare(lifetime);
        world.refuse_session(refused(404, ""));
        world.close(4404, "");

        for _ in 0..50 {
            world.reach_deadline();
            world.expect_only("RequestRefresh");
            world.answer_refresh_bare(lifetime);
        }

        assert!(shortest_gap(&world) >= secs(1), "lifetime {lifetime:?}");
        let slack = secs(1).max(lifetime);
        assert!(
            longest_gap(&world) <= slack,
            "never past the end of {lifetime:?}"
        );
    }
}

#[test]
fn a_token_whose_end_has_passed_already_is_kept_like_one_without_an_end() {
    let mut world = World::new();
    world.start(Presence::Present);

    world.answer_refresh_bare(secs(0));
    world.refuse_session(refused(404, ""));
    world.close(4404, "");
    world.reach_deadline();

    world.expect_only("RequestRefresh");
    assert!(
        longest_gap(&world) >= secs(200),
        "another token would not mend a clock"
    );
}

#[test]
fn the_cool_down_of_a_token_that_failed_does_not_hold_its_successor_back() {
    let mut world = World::expired_after_a_refresh_told_to_wait(secs(3000));
    world.log_in(&ada());
    world.answer_login_ok(session("s-2", ada()));
    world.forget_log();

    world.advance(secs(260));

    assert_eq!(world.count("RequestRefresh"), 1);
}

#[test]
fn a_wake_does_not_cut_the_time_that_the_server_asked_for() {
    let mut world = World::live();
    let told = secs(120);
    world.refresh_is_told_to_wait(told);
    let from = world.now();
    world.forget_log();

    for _ in 0..100 {
        world.send(Input::PageShown { persisted: false });
        world.send(Input::WentOffline);
        world.send(Input::WentOnline);
        world.advance(secs(1));
    }
    assert_eq!(world.count("RequestRefresh"), 0);
    world.advance(secs(30));

    let (at, _) = world
        .log()
        .find(|(_, order)| order.name() == "RequestRefresh")
        .expect("a refresh");
    assert!(at >= from + told);
}

#[test]
fn a_token_that_cannot_be_renewed_shows_as_degraded_and_recovers() {
    let mut world = World::live();
    let trouble = secs(600);
    let end = world.now() + trouble;
    while world.now() < end {
        world.reach_deadline();
        world.answer_whatever_is_asked(&refused(503, ""));
    }

    assert_eq!(world.view().connection, ConnectionStatus::Degraded);
    assert!(world.view().user().is_some(), "the session stays");
    world.reach_deadline();
    world.answer_refresh_ok();
    world.answer_socket();
    assert_eq!(world.view().connection, ConnectionStatus::Live);
}

#[test]
fn a_token_that_still_counts_shows_nothing_of_a_renewal_that_fails() {
    let mut world = World::live();
    world.refresh_is_told_to_wait(secs(30));

    world.close(1006, "");

    assert_eq!(world.view().connection, ConnectionStatus::Reconnecting);
}

#[test]
fn a_server_that_keeps_asking_for_a_fresh_token_is_not_flooded() {
    let mut world = World::live();

    for _ in 0..100 {
        world.send(expiring_soon(&world));
        if world.state().contains("Refreshing") {
            world.answer_refresh_ok();
        }
        world.advance(millis(50));
    }

    assert!(world.count("RequestRefresh") <= 6);
    assert!(shortest_gap(&world) >= secs(1));
}

#[test]
fn a_server_that_rejects_every_token_is_not_flooded() {
    let mut world = World::live();

    while world.now() < secs(120) {
        world.close(4408, "auth_timeout");
        if world.state().contains("Refreshing") {
            world.answer_refresh_ok();
        }
        world.reach_deadline();
    }

    assert!(world.count("RequestRefresh") > 3);
    assert!(shortest_gap(&world) >= secs(1));
}

#[test]
fn ten_minutes_of_failures_end_nothing_and_recovery_follows() {
    let faults = [
        refused(500, ""),
        refused(502, ""),
        refused(503, ""),
        refused(408, ""),
        refused(425, ""),
        refused(429, ""),
        HttpFailure::Unreachable,
        HttpFailure::TimedOut,
        HttpFailure::Garbled,
    ];
    let mut world = refreshing();
    let begin = world.now();

    for fault in faults.iter().cycle() {
        if world.now() - begin > secs(600) {
            break;
        }
        if world.state().contains("Refreshing") {
            world.refuse_refresh(fault.clone());
        }
        world.advance(secs(1));
        world.receive(ServerMessage::HeartbeatAck);
    }
    assert!(world.state().starts_with("Active"));
    assert_eq!(world.count("ClearProtectedState"), 0);
    assert!(world.count("RequestRefresh") < 100, "backoff holds");

    world.advance(secs(31));
    world.answer_refresh_ok();
    assert_eq!(world.client.state_names()[1], "Valid");
}

#[test]
fn a_failed_refresh_waits_as_long_as_the_server_asked() {
    let mut world = refreshing();
    let begin = world.now();

    world.refuse_refresh(refused_for(503, secs(40)));
    world.forget_log();
    while world.count("RequestRefresh") == 0 {
        world.reach_deadline();
        if world.state().ends_with("Open") {
            world.receive(ServerMessage::HeartbeatAck);
        }
    }

    assert!(world.now() - begin >= secs(40));
}

#[test]
fn a_401_without_a_known_code_is_a_question_and_not_a_verdict() {
    let mut world = refreshing();

    world.refuse_refresh(refused(401, "please_log_in_to_the_proxy"));

    world.expect_only("AskSession");
    world.expect_state("Active CoolingDown Open");
}

#[test]
fn each_terminal_code_of_a_refresh_ends_the_session_with_its_reason() {
    use session_protocol::EndReason;
    for reason in EndReason::ALL {
        let mut world = refreshing();

        world.refuse_refresh(refused(401, reason.problem_code()));

        assert_eq!(world.count("ClearProtectedState"), 1);
        let cleared = format!("ClearProtectedState {}", reason.code());
        let mut orders = world.orders().map(crate::support::world::label);
        assert!(orders.any(|order| order == cleared));
    }
}

#[test]
fn a_refresh_that_brings_another_user_is_refused() {
    let mut world = refreshing();

    world.answer_refresh_with(session("s-9", bob()));

    world.expect_state("Expired Absent Idle");
    let mut messages = world.orders();
    assert!(!messages.any(|order| matches!(order, Effect::SendMessage { .. })));
}

#[test]
fn an_answer_that_comes_after_its_refresh_was_given_up_changes_nothing() {
    let mut world = refreshing();
    let late = world.call_of("RequestRefresh").expect("a refresh");
    world.refuse_refresh(HttpFailure::TimedOut);

    let grant = grant_for(secs(300), None);
    world.send(Input::RefreshSucceeded { call: late, grant });

    world.expect_nothing();
    world.expect_state("Active CoolingDown Open");
}

#[test]
fn the_configured_refresh_point_is_used() {
    let mut world = World::configured(r#"{"timing":{"refreshAt":0.5}}"#);
    world.start(Presence::Present);
    world.answer_refresh_bare(secs(1000));
    world.refuse_session(refused(404, ""));
    world.close(4404, "");

    world.reach_deadline();

    assert!((secs(400)..=secs(500)).contains(&world.now()));
}

#[test]
fn the_token_that_the_socket_gets_is_the_newest() {
    let mut world = refreshing();
    let call = world.call_of("RequestRefresh").expect("a refresh");
    let mut grant = grant_for(secs(300), None);
    grant.access_token = session_protocol::Secret::new("the-newest");

    world.send(Input::RefreshSucceeded { call, grant });

    let token = world.orders().find_map(|order| {
        if let Effect::SendMessage {
            message: ClientMessage::AuthRefresh { token },
            ..
        } = order
        {
            Some(token.expose())
        } else {
            None
        }
    });
    assert_eq!(token, Some("the-newest"));
}

fn refreshing() -> World {
    let mut world = World::live();
    world.advance(secs(2));
    world.send(expiring_soon(&world));
    world.expect_only("RequestRefresh");
    world
}

fn expiring_soon(world: &World) -> Input {
    Input::SocketMessageReceived {
        socket: world.socket(),
        message: ServerMessage::AuthExpiringSoon { remaining: secs(9) },
    }
}

fn gaps(world: &World) -> Vec<Duration> {
    let refreshes = world
        .log()
        .filter(|(_, order)| order.name() == "RequestRefresh");
    let times: Vec<_> = refreshes.map(|(at, _)| at).collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn shortest_gap(world: &World) -> Duration {
    gaps(world).into_iter().min().expect("two refreshes")
}

fn longest_gap(world: &World) -> Duration {
    gaps(world).into_iter().max().expect("two refreshes")
}
