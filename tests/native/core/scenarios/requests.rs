//! Application requests: held for a token, repeated once after a 401, and always settled.

use session_core::{Effect, HttpFailure, Input, Presence, Replay, RequestFailure, RequestId};

use crate::support::{
    samples::{ada, first_session, secs, session},
    world::World,
};

#[test]
fn a_request_is_sent_with_the_token_at_once() {
    let mut world = World::live();

    world.submit(1, Replay::Safe);

    world.expect_only("SendRequest");
}

#[test]
fn a_hundred_refused_requests_share_one_refresh_and_are_repeated_once_each() {
    let mut world = settled();
    for request in 0..100 {
        world.submit(request, Replay::Safe);
    }
    world.forget_log();

    for request in 0..100 {
        world.reject_request(request, "");
    }
    assert_eq!(world.count("RequestRefresh"), 1);
    assert_eq!(world.count("SendRequest"), 0);
    world.answer_refresh_ok();

    assert_eq!(world.count("RequestRefresh"), 1);
    assert_eq!(world.count("SendRequest"), 100);
}

#[test]
fn a_401_about_an_older_token_is_repeated_without_a_refresh() {
    let mut world = settled();
    world.submit(1, Replay::Safe);
    world.submit(2, Replay::Safe);
    world.reject_request(1, "");
    world.answer_refresh_ok();
    world.forget_log();

    world.reject_request(2, "");

    world.expect_only("SendRequest");
    assert_eq!(world.count("RequestRefresh"), 0);
}

#[test]
fn a_request_that_must_not_be_repeated_fails_and_the_token_is_renewed() {
    let mut world = settled();
    world.submit(1, Replay::Unsafe);

    world.reject_request(1, "");

    world.expect(&["FailRequest unauthorized", "RequestRefresh"]);
    world.answer_refresh_ok();
    assert_eq!(world.count("SendRequest"), 1);
}

#[test]
fn a_second_401_fails_the_request_and_starts_no_loop() {
    let mut world = settled();
    world.submit(1, Replay::Safe);
    world.reject_request(1, "");
    world.answer_refresh_ok();

    world.reject_request(1, "");

    world.expect_only("FailRequest unauthorized");
    assert_eq!(world.count("SendRequest"), 2);
}

#[test]
fn a_401_that_says_token_expired_is_about_the_token_and_not_the_session() {
    let mut world = settled();
    world.submit(1, Replay::Safe);

    world.reject_request(1, "token_expired");

    world.expect_only("RequestRefresh");
    world.expect_state("Active Refreshing Open");
}

#[test]
fn a_401_with_a_terminal_code_ends_the_session_and_fails_every_request() {
    let mut world = World::live();
    world.submit(1, Replay::Safe);
    world.submit(2, Replay::Unsafe);

    world.reject_request(1, "session_revoked");

    world.expect_state("Expired Absent Idle");
    assert_eq!(world.count("FailRequest"), 2);
}

#[test]
fn a_terminal_401_of_a_request_from_an_earlier_session_changes_nothing() {
    let mut world = World::live();
    world.submit(1, Replay::Safe);
    world.receive(crate::support::samples::expired());
    world.log_in(&ada());
    world.answer_login_ok(session("s-2", ada()));
    world.answer_socket();

    world.reject_request(1, "session_expired");

    world.expect_nothing();
    world.expect_state("Active Valid Open");
}

#[test]
fn a_request_submitted_twice_is_sent_once() {
    let mut world = World::live();

    world.submit(1, Replay::Unsafe);
    world.submit(1, Replay::Unsafe);

    world.expect_nothing();
    assert_eq!(world.count("SendRequest"), 1);
}

#[test]
fn a_request_waits_for_the_restore_of_a_fresh_page() {
    let mut world = World::new();
    world.start(Presence::Present);

    world.submit(1, Replay::Safe);
    world.expect_nothing();
    world.answer_refresh_ok();

    let mut orders = world.orders();
    assert!(orders.any(|order| order.name() == "SendRequest"));
}

#[test]
fn a_request_that_waits_for_a_restore_in_vain_fails() {
    let mut world = World::new();
    world.start(Presence::Present);
    world.submit(1, Replay::Safe);

    world.refuse_refresh(crate::support::samples::refused(401, "no_session"));

    assert_eq!(failures(&world), [RequestFailure::SessionEnded]);
}

#[test]
fn a_request_of_an_expired_page_fails_and_waits_for_nobodys_session() {
    let mut world = World::expired();

    world.submit(1, Replay::Safe);
    world.log_in(&ada());
    world.answer_login_ok(first_session());

    assert_eq!(failures(&world), [RequestFailure::SessionEnded]);
    assert_eq!(world.count("SendRequest"), 0);
}

#[test]
fn a_request_that_gets_no_token_in_30_s_is_given_up() {
    let mut world = settled();
    world.submit(1, Replay::Safe);
    world.reject_request(1, "");
    world.refuse_refresh(HttpFailure::Unreachable);

    while world.now() < secs(40) {
        world.reach_deadline();
        if world.state().contains("Refreshing") {
            world.refuse_refresh(HttpFailure::Unreachable);
        }
    }

    assert_eq!(failures(&world), [RequestFailure::Unavailable]);
}

#[test]
fn an_abandoned_request_gets_no_answer() {
    let mut world = settled();
    let request = RequestId(1);
    world.submit(1, Replay::Safe);
    world.reject_request(1, "");

    world.send(Input::RequestAbandoned { request });
    world.answer_refresh_ok();

    assert_eq!(world.count("SendRequest"), 1);
    assert_eq!(world.count("FailRequest"), 0);
}

/// A page past the gap after its login, so that a refresh may begin at once.
fn settled() -> World {
    let mut world = World::live();
    world.advance(secs(2));
    world
}

fn failures(world: &World) -> Vec<RequestFailure> {
    let orders = world.log().filter_map(|(_, order)| {
        if let Effect::FailRequest { failure, .. } = order {
            Some(*failure)
        } else {
            None
        }
    });
    orders.collect()
}
