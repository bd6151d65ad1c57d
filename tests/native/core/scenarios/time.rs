//! Two clocks: what drift, sleep and late timers do, and what they never do.

use session_core::{Assurance, Input, Phase, policy::Timing};
use session_protocol::{ActiveSession, EndReason};

use crate::support::{
    samples::{IDLE, ending_in, first_session, idle_warning, logged_out, millis, refused, secs},
    world::World,
};

#[test]
fn clocks_that_drift_apart_make_the_session_unverified_and_ask_once() {
    for hours in [1, 24, 10 * 365 * 24] {
        for forward in [true, false] {
            let mut world = World::live();
            let jump = secs(hours * 3600);
            if forward {
                world.set_wall_forward(jump);
            } else {
                world.set_wall_back(jump);
            }

            world.send(Input::DeadlineReached);
            assert_eq!(
                world.count("AskSession"),
                1,
                "{hours} h, forward: {forward}"
            );
            assert_ne!(world.view().assurance, Assurance::Verified);
            assert!(world.view().user().is_some(), "no local verdict");

            world.answer_session_active(first_session());
            assert_eq!(world.view().assurance, Assurance::Verified);
            world.advance(secs(20));
            assert_eq!(world.count("AskSession"), 1);
        }
    }
}

#[test]
fn a_small_drift_is_noise() {
    let mut world = World::live();
    world.set_wall_forward(millis(4900));
    world.send(Input::DeadlineReached);

    assert_eq!(world.count("AskSession"), 0);
    assert_eq!(world.view().assurance, Assurance::Verified);
}

#[test]
fn a_set_clock_shows_nothing_if_the_server_answers_and_covers_if_it_does_not() {
    for answered in [true, false] {
        let mut world = World::live();
        world.set_wall_forward(IDLE + secs(60));
        world.send(Input::DeadlineReached);
        assert_eq!(world.view().assurance, Assurance::Unverified);

        world.advance(secs(1));
        if answered {
            world.answer_session_active(first_session());
        }
        world.advance(secs(2));

        let covered = world.view().assurance == Assurance::Covered;
        assert_eq!(covered, !answered);
    }
}

#[test]
fn a_short_sleep_leaves_the_page_readable() {
    let mut world = World::live();
    world.set_wall_forward(IDLE - secs(60));

    world.send(Input::PageResumed);

    assert_eq!(world.view().assurance, Assurance::Unverified);
}

#[test]
fn a_night_of_sleep_covers_the_page_before_anything_else_whatever_the_monotonic_clock_did() {
    for monotonic_runs in [true, false] {
        let mut world = World::live();
        let night = secs(8 * 3600);
        if monotonic_runs {
            world.pass(night);
        } else {
            world.set_wall_forward(night);
        }

        world.send(Input::PageShown { persisted: false });

        assert_eq!(world.view().assurance, Assurance::Covered);
        assert_eq!(world.count("AskSession"), 1);
        assert!(world.view().user().is_some(), "nothing is removed");
        world.answer_session_ended(Some(EndReason::SessionTimeout));
        assert!(matches!(world.view().phase, Phase::Expired { .. }));
        assert_eq!(world.view().assurance, Assurance::Verified);
    }
}

#[test]
fn a_long_sleep_covers_a_session_without_known_limits_too() {
    let mut world = World::live();
    let endless = ActiveSession {
        idle_remaining: None,
        absolute_remaining: None,
        ..first_session()
    };
    world.send(Input::WentOffline);
    world.send(Input::WentOnline);
    world.answer_session_active(endless);

    world.set_wall_forward(secs(7 * 3600));
    world.send(Input::PageResumed);
    assert_eq!(world.view().assurance, Assurance::Unverified);
    world.set_wall_forward(secs(8 * 3600));
    world.send(Input::PageResumed);
    assert_eq!(world.view().assurance, Assurance::Covered);
}

#[test]
fn offline_beyond_the_idle_limit_covers_the_page_and_keeps_the_session() {
    let mut world = World::live();
    world.send(Input::WentOffline);

    world.advance(IDLE - secs(60));
    assert_eq!(world.view().assurance, Assurance::Verified);
    world.advance(secs(62));
    assert_eq!(world.view().assurance, Assurance::Covered);
    assert!(world.view().user().is_some());

    world.send(Input::WentOnline);
    assert_eq!(world.view().assurance, Assurance::Covered);
    world.answer_session_active(ending_in(IDLE));
    assert_eq!(world.view().assurance, Assurance::Verified);
}

#[test]
fn a_server_that_cannot_be_asked_leaves_the_page_covered_and_the_session_alive() {
    let mut world = World::live();
    world.set_wall_forward(IDLE + secs(60));
    world.send(Input::PageResumed);

    for _ in 0..20 {
        world.refuse_session(refused(503, ""));
        world.reach_deadline();
    }

    assert_eq!(world.view().assurance, Assurance::Covered);
    assert!(world.view().user().is_some());
}

#[test]
fn a_backend_without_a_session_call_vouches_by_a_refresh() {
    let mut world = World::live();
    world.set_wall_forward(IDLE + secs(60));
    world.send(Input::PageResumed);

    world.refuse_session(refused(404, ""));
    world.expect_only("RequestRefresh");
    world.answer_refresh_ok();

    assert_eq!(world.view().assurance, Assurance::Verified);
}

#[test]
fn a_warning_whose_time_is_over_covers_the_page_until_the_server_speaks() {
    let mut world = World::live();
    world.receive(idle_warning(secs(120)));

    world.advance(secs(122));

    assert_eq!(world.view().assurance, Assurance::Covered);
    assert_eq!(world.count("AskSession"), 1);
}

#[test]
fn a_page_that_comes_back_from_where_it_was_kept_is_covered_until_the_server_has_answered() {
    let mut world = World::live();
    world.send(Input::PageResumed);
    world.answer_session_active(first_session());
    world.send(Input::PageFrozen);

    world.send(Input::PageShown { persisted: true });
    assert_eq!(world.view().assurance, Assurance::Covered);
    world.advance(secs(1));
    assert_eq!(
        world.count("AskSession"),
        2,
        "what was asked before counts no more"
    );

    world.answer_session_active(first_session());
    assert_eq!(world.view().assurance, Assurance::Verified);
}

#[test]
fn a_page_that_is_left_is_covered_before_the_browser_keeps_it() {
    let mut world = World::live();

    world.send(Input::PageLeft);
    assert_eq!(world.view().assurance, Assurance::Covered);
    world.expect_only("CloseSocket 1000");

    world.send(Input::PageShown { persisted: true });
    assert_eq!(world.view().assurance, Assurance::Covered);
    world.answer_session_active(first_session());
    assert_eq!(world.view().assurance, Assurance::Verified);
    world.await_socket();
}

#[test]
fn a_page_that_was_left_and_stays_is_covered_until_the_server_has_answered() {
    for stays in [Input::PageShown { persisted: false }, Input::PageFocused] {
        let mut world = World::live();
        world.advance(secs(10));
        world.send(Input::PageLeft);

        world.send(stays);
        assert_eq!(world.view().assurance, Assurance::Covered);
        world.answer_session_active(first_session());

        assert_eq!(world.view().assurance, Assurance::Verified);
    }
}

#[test]
fn a_page_that_is_left_by_nobody_has_nothing_to_cover() {
    let mut world = World::new();
    world.start(logged_out());

    world.send(Input::PageLeft);

    assert_eq!(world.view().assurance, Assurance::Verified);
}

#[test]
fn a_page_that_is_about_to_stop_lets_its_socket_go_and_has_it_again() {
    for wake in [
        Input::PageResumed,
        Input::PageShown { persisted: true },
        Input::PageShown { persisted: false },
        Input::PageFocused,
    ] {
        let mut world = World::live();
        world.send(Input::PageFrozen);
        world.expect_only("CloseSocket 1000");
        world.expect_state("Active Valid Suspended");

        world.send(wake);
        world.expect_only("AskSession");
        world.answer_session_active(first_session());
        world.await_socket();

        world.expect_state("Active Valid Connecting");
    }
}

#[test]
fn a_wake_after_the_window_is_another_question() {
    let mut world = World::live();
    world.send(Input::PageResumed);
    world.answer_session_active(first_session());

    world.advance(Timing::default().wake_window);
    world.send(Input::PageResumed);

    assert_eq!(world.count("AskSession"), 2);
}

#[test]
fn a_question_that_is_refused_whatever_token_it_has_is_not_asked_for_ever() {
    let mut world = World::live();
    world.send(Input::PageResumed);
    for asked in 1..20 {
        if world.count("AskSession") == asked {
            world.refuse_session(refused(401, "from-a-proxy"));
        }
        world.advance(secs(40));
        if world.count("RequestRefresh") == asked {
            world.answer_refresh_ok();
        }
    }
    assert_eq!(world.count("AskSession"), 8);
    assert!(
        world.view().user().is_some(),
        "it says nothing of the session"
    );
}

#[test]
fn limits_that_a_backend_told_and_cannot_tell_again_bind_nobody() {
    let mut world = World::live();
    world.send(Input::PageResumed);

    world.refuse_session(refused(404, ""));
    for _ in 0..20 {
        world.advance(secs(240));
        world.answer_refresh_bare(secs(300));
    }

    assert_eq!(world.count("AskSession"), 1);
    assert_eq!(world.view().assurance, Assurance::Verified);
    assert!(matches!(world.view().phase, Phase::Active { .. }));
}

#[test]
fn all_that_wakes_a_page_is_one_question() {
    let mut world = World::live();
    world.send(Input::PageHidden);
    world.send(Input::PageFrozen);
    world.set_wall_forward(secs(600));
    world.send(Input::WentOffline);
    world.forget_log();

    for fact in [
        Input::WentOnline,
        Input::PageResumed,
        Input::PageShown { persisted: true },
        Input::PageShown { persisted: false },
        Input::PageFocused,
        Input::DeadlineReached,
    ] {
        world.send(fact);
        world.advance(millis(4));
        if world.count("AskSession") == 1 && world.view().assurance != Assurance::Verified {
            world.answer_session_active(first_session());
        }
        world.advance(millis(4));
    }
    world.advance(secs(5));

    assert_eq!(world.count("AskSession"), 1);
}

#[test]
fn a_glance_at_a_page_that_heard_the_server_lately_asks_nothing() {
    let mut world = World::live();
    world.advance(secs(10));

    world.send(Input::PageFocused);
    world.expect_nothing();
    for _ in 0..4 {
        world.advance(secs(20));
        world.receive(session_protocol::ServerMessage::HeartbeatAck);
    }
    world.send(Input::PageFocused);

    world.expect_only("AskSession");
}

#[test]
fn a_countdown_never_grows_when_the_wall_clock_moves() {
    let mut world = World::live();
    world.receive(idle_warning(secs(100)));
    let ends_at = |world: &World| match world.view().phase {
        Phase::Warned { warning, .. } => warning.ends_at,
        _ => panic!("no warning"),
    };
    let told = ends_at(&world);

    world.set_wall_back(secs(3600));
    world.send(Input::PageFocused);
    world.set_wall_forward(secs(7200));
    world.send(Input::PageFocused);

    assert_eq!(ends_at(&world), told);
}

#[test]
fn a_shell_that_fires_early_changes_nothing() {
    let mut world = World::live();
    let planned = world.client.next_deadline();

    for _ in 0..10 {
        world.send(Input::DeadlineReached);
        world.expect_nothing();
    }

    assert_eq!(world.client.next_deadline(), planned);
}

#[test]
fn a_page_with_timers_once_a_minute_is_at_most_a_minute_late() {
    let mut world = World::live();
    let end = IDLE;
    while world.now() < end + secs(61) {
        world.pass(secs(60));
        world.send(Input::DeadlineReached);
        world.answer_whatever_is_asked_ok(end);
    }

    let asked = world.log().find(|(_, order)| order.name() == "AskSession");
    let (at, _) = asked.expect("the warning point is noticed");
    assert!(at <= end - secs(120) + secs(60));
}
