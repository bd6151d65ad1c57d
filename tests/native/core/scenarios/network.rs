//! Offline and online, hidden and shown, asleep and awake.

use session_core::{ConnectionStatus, HttpFailure, Input, Presence, Replay};
use session_protocol::{EndReason, TabNoticeKind};

use crate::support::{
    samples::{ada, first_session, logged_out, refused, secs, session},
    world::World,
};

#[test]
fn without_a_network_nothing_is_tried_and_nothing_ends() {
    let mut world = World::live();

    world.send(Input::WentOffline);
    world.expect(&["CloseSocket 1000"]);
    world.forget_log();
    world.advance(secs(31 * 60));

    assert_eq!(world.log().count(), 0);
    assert_eq!(world.view().connection, ConnectionStatus::Offline);
    assert!(world.state().starts_with("Active"));
}

#[test]
fn the_network_back_asks_once_and_reconnects_at_once() {
    let mut world = World::live();
    world.send(Input::WentOffline);
    world.advance(secs(5));

    world.send(Input::WentOnline);

    world.expect(&["AskSession", "OpenSocket"]);
}

#[test]
fn a_token_that_ended_offline_is_refreshed_before_the_socket_opens() {
    let mut world = World::live();
    world.send(Input::WentOffline);
    world.advance(secs(600));

    world.send(Input::WentOnline);
    world.expect(&["AskSession", "RequestRefresh"]);
    world.answer_refresh_ok();

    world.expect_only("OpenSocket");
}

#[test]
fn a_page_that_restores_offline_says_so_and_goes_on_when_the_network_is_back() {
    let mut world = World::new();
    world.send(Input::WentOffline);
    world.start(Presence::Present);
    world.expect_nothing();

    world.send(Input::WentOnline);

    world.expect_only("RequestRefresh");
}

#[test]
fn a_login_that_ends_offline_is_shown_as_offline() {
    let mut world = World::new();
    world.start(logged_out());
    world.log_in(&ada());
    world.send(Input::WentOffline);

    world.answer_login_ok(first_session());

    assert_eq!(world.view().connection, ConnectionStatus::Offline);
    world.send(Input::WentOnline);
    world.expect_state("Active Valid Connecting");
}

#[test]
fn a_verdict_that_is_awaited_when_the_network_goes_is_awaited_after_it_is_back() {
    let mut world = World::live();
    world.close(1008, "why");
    world.refuse_session(HttpFailure::Unreachable);
    world.send(Input::WentOffline);
    world.advance(secs(5));

    world.send(Input::WentOnline);
    world.expect_only("AskSession");
    world.answer_session_ended(Some(EndReason::Revoked));

    assert_eq!(world.count("OpenSocket"), 1, "the first one only");
}

#[test]
fn requests_wait_for_the_network() {
    let mut world = World::live();
    world.send(Input::WentOffline);

    world.submit(1, Replay::Safe);
    world.expect_nothing();
    world.send(Input::WentOnline);

    let mut orders = world.orders();
    assert!(orders.any(|order| order.name() == "SendRequest"));
}

#[test]
fn a_repeated_offline_or_online_changes_nothing() {
    let mut world = World::live();
    world.send(Input::WentOffline);

    world.send(Input::WentOffline);
    world.expect_nothing();
    world.send(Input::WentOnline);
    world.send(Input::WentOnline);
    world.expect_nothing();
}

#[test]
fn a_page_hidden_for_a_minute_asks_when_it_is_shown() {
    let mut world = answering();

    world.send(Input::PageHidden);
    world.pass(secs(59));
    world.send(Input::PageShown { persisted: false });
    assert_eq!(world.count("AskSession"), 0);
    world.send(Input::PageHidden);
    world.pass(secs(60));
    world.send(Input::PageShown { persisted: false });

    assert_eq!(world.count("AskSession"), 1);
}

#[test]
fn a_page_from_the_back_forward_cache_asks_before_it_is_trusted() {
    let mut world = World::live();

    world.send(Input::PageShown { persisted: true });

    world.expect_only("AskSession");
}

#[test]
fn all_signs_of_waking_together_are_one_question() {
    let mut world = World::live();
    world.send(Input::PageHidden);
    world.send(Input::WentOffline);
    world.pass(secs(3600));
    world.set_wall_forward(secs(3600));

    world.send(Input::PageShown { persisted: true });
    world.send(Input::PageShown { persisted: false });
    world.send(Input::WentOnline);
    world.send(Input::DeadlineReached);
    world.send(Input::UserWasActive);

    assert_eq!(world.count("AskSession"), 1);
}

#[test]
fn a_wall_clock_that_jumps_asks_once_and_shows_nothing() {
    for forward in [true, false] {
        let mut world = World::live();
        let before = world.view();
        if forward {
            world.set_wall_forward(secs(3600));
        } else {
            world.set_wall_back(secs(3600));
        }

        world.send(Input::DeadlineReached);
        world.expect_only("AskSession");
        world.answer_session_active(first_session());
        world.send(Input::DeadlineReached);

        world.expect_nothing();
        assert_eq!(world.view(), before);
    }
}

#[test]
fn a_small_correction_of_the_clock_asks_nothing() {
    let mut world = World::live();

    world.set_wall_forward(secs(4));
    world.send(Input::DeadlineReached);

    world.expect_nothing();
}

#[test]
fn after_a_night_asleep_the_server_is_asked_first_and_then_believed() {
    for monotonic_runs in [true, false] {
        let mut world = World::live();
        if monotonic_runs {
            world.pass(secs(8 * 3600));
        } else {
            world.set_wall_forward(secs(8 * 3600));
        }

        world.send(Input::DeadlineReached);
        assert!(world.state().starts_with("Active"), "no local verdict");
        assert_eq!(world.count("AskSession"), 1);
        world.answer_session_ended(Some(EndReason::SessionTimeout));

        assert!(world.state().starts_with("Expired"));
    }
}

#[test]
fn a_question_without_an_answer_is_repeated_with_patience() {
    let mut world = World::live();
    world.close(4404, "");
    world.send(Input::PageShown { persisted: true });

    while world.now() < secs(200) {
        if world.call_of("AskSession").is_some() {
            world.refuse_session(HttpFailure::Unreachable);
        }
        world.reach_deadline();
    }

    let questions = world.count("AskSession");
    assert!((5..40).contains(&questions), "{questions} questions");
    assert!(world.state().starts_with("Active"));
}

/// A page on which no heartbeat is due soon.
fn answering() -> World {
    let mut world = World::live();
    world.close(4404, "");
    world
}

#[test]
fn a_proxy_that_answers_401_ends_no_restore_beside_work() {
    let mut world = World::expired();
    world.advance(secs(2));
    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);

    world.refuse_refresh(refused(401, ""));
    for _ in 0..3 {
        world.refuse_session(refused(401, ""));
        world.reach_deadline();
    }
    world.answer_session_active(session("s-2", ada()));
    while world.state().contains("CoolingDown") {
        world.reach_deadline();
    }
    world.answer_refresh_with(session("s-2", ada()));

    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn a_question_that_is_refused_for_its_token_is_asked_again_with_another() {
    let mut world = World::live();
    world.advance(secs(2));
    world.send(Input::WentOffline);
    world.send(Input::WentOnline);

    world.refuse_session(refused(401, "invalid_token"));

    assert!(world.state().contains("Refreshing"));
    assert!(world.view().user().is_some());
}
