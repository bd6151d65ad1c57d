//! What a browser remembers of a session for its next page, and who may take it back.

use session_core::{Milestone, Presence};
use session_protocol::TabNoticeKind;

use crate::support::{
    samples::{first_session, logged_out, pending_logout, secs},
    world::World,
};

fn began(session: &str) -> Milestone {
    let session = session.to_owned();
    Milestone::Began { session }
}

fn left(session: &str) -> Milestone {
    let session = session.to_owned();
    Milestone::Left { session }
}

fn left_elsewhere(session: &str) -> Milestone {
    let session = session.to_owned();
    Milestone::LeftElsewhere { session }
}

fn delivered(session: &str) -> Milestone {
    let session = session.to_owned();
    Milestone::Delivered { session }
}

fn told(session: &str) -> Milestone {
    let session = session.to_owned();
    Milestone::LoggedOut { session }
}

fn out_of(session: &str) -> Presence {
    let session = session.to_owned();
    Presence::LoggedOut { session }
}

#[test]
fn what_is_remembered_after_each_milestone() {
    let pending = pending_logout;
    let rows = [
        (Presence::Unknown, began("s-1"), Presence::Present),
        (Presence::Present, began("s-1"), Presence::Present),
        (pending("s-1"), began("s-1"), pending("s-1")),
        (out_of("s-1"), began("s-1"), out_of("s-1")),
        (pending("s-1"), began("s-2"), Presence::Present),
        (out_of("s-1"), began("s-2"), Presence::Present),
        // A backend that names no session: each is taken for another.
        (pending(""), began(""), Presence::Present),
        (out_of(""), began(""), Presence::Present),
        (Presence::Unknown, Milestone::Ended, Presence::Unknown),
        (Presence::Present, Milestone::Ended, Presence::Unknown),
        (pending("s-1"), Milestone::Ended, pending("s-1")),
        (out_of("s-1"), Milestone::Ended, out_of("s-1")),
        (Presence::Unknown, left("s-1"), pending("s-1")),
        (Presence::Present, left("s-1"), pending("s-1")),
        (out_of("s-1"), left("s-2"), pending("s-2")),
        (Presence::Unknown, left_elsewhere("s-1"), pending("s-1")),
        (Presence::Present, left_elsewhere("s-1"), pending("s-1")),
        (pending("s-1"), left_elsewhere("s-1"), pending("s-1")),
        (out_of("s-1"), left_elsewhere("s-1"), out_of("s-1")),
        (Presence::Present, delivered("s-1"), Presence::Present),
        (Presence::Unknown, delivered("s-1"), Presence::Unknown),
        (pending("s-1"), delivered("s-1"), out_of("s-1")),
        (pending("s-2"), delivered("s-1"), pending("s-2")),
        (Presence::Present, told("s-1"), out_of("s-1")),
    ];
    for (kept, milestone, expected) in rows {
        let before = kept.clone();
        let found = kept.after(&milestone);
        assert_eq!(found, expected, "{before:?} after {milestone:?}");
    }
}

#[test]
fn a_hint_restores_no_session_that_the_user_left_in_another_tab() {
    let mut world = World::live();
    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);

    world.hear(TabNoticeKind::LoggedIn, "stranger", 2);
    world.expect_state("Restoring Refreshing Idle");
    world.answer_refresh_ok();

    world.expect_nothing();
    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_hint_restores_no_session_of_whose_logout_a_page_without_a_session_heard() {
    let mut world = World::new();
    world.start(logged_out());
    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);

    world.hear(TabNoticeKind::LoggedIn, "stranger", 2);
    world.answer_refresh_ok();

    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_hint_restores_no_session_that_an_earlier_page_left() {
    let mut world = World::new();
    world.start(out_of("s-1"));

    world.hear(TabNoticeKind::LoggedIn, "stranger", 1);
    world.answer_refresh_ok();

    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_session_that_is_named_late_is_left_if_its_user_left_it() {
    let mut world = World::new();
    world.start(out_of("s-1"));
    world.hear(TabNoticeKind::LoggedIn, "stranger", 1);
    world.answer_refresh_bare(secs(60));
    world.expect_state("Active Valid Connecting");

    world.answer_session_active(first_session());

    world.expect_state("Anonymous Absent Idle");
}
