//! The warning with its cause, and the extension.

use session_core::{Command, Extension, HttpFailure, Input, Phase, Warning};
use session_protocol::{EndReason, ServerMessage, WarningCause};

use crate::support::{
    samples::{ending_in, expired, first_session, idle_warning, refused, refused_for, secs},
    world::World,
};

#[test]
fn a_warning_tells_its_cause_and_when_the_session_ends() {
    for cause in [
        WarningCause::Idle,
        WarningCause::Absolute,
        WarningCause::Admin,
    ] {
        let mut world = World::live();
        world.advance(secs(20));

        world.receive(ServerMessage::SessionWarning {
            remaining: secs(90),
            cause,
            extendable: false,
        });

        let shown = warning(&world);
        assert_eq!((shown.cause, shown.ends_at), (cause, secs(110)));
        assert!(!shown.extendable);
    }
}

#[test]
fn the_newest_warning_counts_in_whatever_order_they_come() {
    let mut world = World::live();

    for remaining in [100, 0, 50, u64::MAX].map(secs) {
        world.receive(idle_warning(remaining));
        assert_eq!(
            warning(&world).ends_at,
            world.now().saturating_add(remaining)
        );
    }
}

#[test]
fn a_slow_answer_never_moves_the_end_away() {
    let mut world = World::live();
    world.receive(idle_warning(secs(60)));
    let ends_at = warning(&world).ends_at;
    world.send(Input::PageShown { persisted: true });
    let asked = world.now();

    world.pass(secs(7));
    world.answer_session_active(ending_in(secs(60)));

    assert_eq!(asked + secs(60), ends_at);
    assert_eq!(
        warning(&world).ends_at,
        ends_at,
        "the countdown does not grow"
    );
}

#[test]
fn a_local_deadline_asks_the_server_and_decides_nothing() {
    let mut world = World::logged_in();
    world.close(4404, "");
    world.advance(secs(100));
    world.answer_refresh_or_wait();

    while world.call_of("AskSession").is_none() {
        world.reach_deadline();
        world.answer_refresh_or_wait();
    }

    assert!(
        world.state().starts_with("Active"),
        "the server is being asked"
    );
    world.answer_session_active(ending_in(secs(119)));
    assert_eq!(warning(&world).cause, WarningCause::Idle);
}

#[test]
fn a_click_extends_the_session() {
    let mut world = warned();

    world.command(Command::StaySignedIn);
    world.expect_only("RequestExtension");
    assert_eq!(warning(&world).extension, Extension::Busy);
    world.answer_extension_ok();

    world.expect_state("Active Valid Open");
}

#[test]
fn two_clicks_are_one_extension() {
    let mut world = warned();

    world.command(Command::StaySignedIn);
    world.command(Command::StaySignedIn);

    assert_eq!(world.count("RequestExtension"), 1);
}

#[test]
fn a_limit_that_nothing_moves_cannot_be_extended() {
    let mut world = World::live();
    world.receive(ServerMessage::SessionWarning {
        remaining: secs(90),
        cause: WarningCause::Absolute,
        extendable: false,
    });

    world.command(Command::StaySignedIn);

    world.expect_nothing();
}

#[test]
fn a_lost_extension_is_tried_again_while_time_remains() {
    let mut world = warned();
    world.command(Command::StaySignedIn);

    for _ in 0..5 {
        world.refuse_extension(HttpFailure::TimedOut);
        assert_eq!(warning(&world).extension, Extension::Busy);
        world.reach_deadline();
        world.expect_only("RequestExtension");
    }
    world.answer_extension_ok();

    world.expect_state("Active Valid Open");
}

#[test]
fn a_refused_extension_is_shown_and_not_repeated() {
    let mut world = warned();
    world.command(Command::StaySignedIn);

    world.refuse_extension(refused(409, "not_extendable"));
    world.advance(secs(20));

    assert_eq!(warning(&world).extension, Extension::Refused);
    assert_eq!(world.count("RequestExtension"), 1);
}

#[test]
fn an_extension_that_may_not_come_before_the_end_is_refused() {
    let mut world = warned();
    world.command(Command::StaySignedIn);

    world.refuse_extension(refused_for(429, secs(3_000)));
    assert_eq!(warning(&world).extension, Extension::Refused);
    world.command(Command::StaySignedIn);

    assert_eq!(warning(&world).extension, Extension::Refused);
    assert_eq!(world.count("RequestExtension"), 1);
}

#[test]
fn an_extension_with_a_stale_token_is_repeated_once_with_a_fresh_one() {
    let mut world = warned();
    world.command(Command::StaySignedIn);

    world.refuse_extension(refused(401, ""));
    world.expect_only("RequestRefresh");
    world.answer_refresh_ended_soon();
    world.advance(secs(1));
    assert_eq!(world.count("RequestExtension"), 2);
    world.refuse_extension(refused(401, ""));

    assert_eq!(warning(&world).extension, Extension::Refused);
}

#[test]
fn an_extension_in_another_tab_closes_the_warning_here() {
    let mut world = warned();

    let session = first_session();
    world.receive(ServerMessage::SessionExtended { session });

    world.expect_state("Active Valid Open");
}

#[test]
fn an_answer_to_an_extension_that_nobody_waits_for_changes_nothing() {
    let mut world = warned();
    world.command(Command::StaySignedIn);
    let session = first_session();
    world.receive(ServerMessage::SessionExtended { session });

    world.refuse_extension(refused(409, "not_extendable"));

    world.expect_nothing();
    world.expect_state("Active Valid Open");
}

#[test]
fn at_the_last_moment_the_server_decides_between_extension_and_expiry() {
    for expiry_first in [false, true] {
        let mut world = warned();
        world.advance(secs(120));
        world.command(Command::StaySignedIn);
        let call = world.call_of("RequestExtension").expect("an extension");

        if expiry_first {
            world.receive(expired());
            let session = first_session();
            world.send(Input::ExtensionSucceeded { call, session });
            world.expect_nothing();
            world.expect_state("Expired Absent Idle");
            assert_eq!(world.count("ClearProtectedState"), 1);
        } else {
            world.answer_extension_ok();
            assert!(world.state().starts_with("Active"));
            assert_eq!(world.count("ClearProtectedState"), 0);
        }
    }
}

#[test]
fn a_warning_and_an_expiry_together_are_one_expiry() {
    let mut world = warned();

    world.receive(expired());
    world.receive(idle_warning(secs(30)));

    world.expect_state("Expired Absent Idle");
    assert_eq!(world.count("ClearProtectedState"), 1);
}

#[test]
fn a_second_after_the_announced_end_the_server_is_asked() {
    let mut world = warned();
    world.forget_log();

    while world.count("AskSession") == 0 {
        world.reach_deadline();
        if world.state().ends_with("Open") {
            world.receive(ServerMessage::HeartbeatAck);
        }
    }
    assert_eq!(world.now(), secs(121));
    assert!(
        world.state().starts_with("Warned"),
        "no local clock ends a session"
    );

    world.answer_session_ended(Some(EndReason::SessionTimeout));
    world.expect_state("Expired Absent Idle");
}

#[test]
fn a_backend_without_a_session_call_is_not_asked_over_and_over() {
    let mut world = warned();
    world.close(4404, "");
    world.advance(secs(121));
    world.refuse_session(refused(404, ""));
    world.forget_log();

    world.advance(secs(60));

    assert_eq!(world.count("AskSession"), 0);
    assert!(
        world.state().starts_with("Active"),
        "the warning is over, the session is not"
    );
}

impl World {
    fn answer_refresh_or_wait(&mut self) {
        if self.state().contains("Refreshing") {
            self.answer_refresh_bare(secs(300));
        }
    }

    fn answer_refresh_ended_soon(&mut self) {
        self.answer_refresh_with(ending_in(secs(100)));
    }
}

fn warned() -> World {
    let mut world = World::live();
    world.receive(idle_warning(secs(120)));
    world
}

fn warning(world: &World) -> Warning {
    match world.view().phase {
        Phase::Warned { warning, .. } => warning,
        other => panic!("no warning in {other:?}"),
    }
}
