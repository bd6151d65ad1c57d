//! What a browser remembers of a session for its next page, and who may take it back.

use session_core::{Effect, Milestone, Presence, Replay};
use session_protocol::TabNoticeKind;

use crate::support::{
    samples::{first_session, logged_out, logged_out_of, pending_logout, refused, secs},
    world::World,
};

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

#[test]
fn what_is_remembered_after_each_milestone() {
    use Milestone::{Ended, LoggedIn, Restored};
    use Presence::{Present, Unknown};
    let out = logged_out_of;
    let pending = pending_logout;
    let rows = [
        (Unknown, LoggedIn, Present),
        (Present, LoggedIn, Present),
        (out("s-9"), LoggedIn, Present),
        (pending("s-1"), LoggedIn, Present),
        (Unknown, Restored, Present),
        (Present, Restored, Present),
        (out("s-9"), Restored, out("s-9")),
        (pending("s-1"), Restored, pending("s-1")),
        (Unknown, Ended, Unknown),
        (Present, Ended, Unknown),
        (out("s-9"), Ended, out("s-9")),
        (pending("s-1"), Ended, pending("s-1")),
        (Unknown, left("s-1"), pending("s-1")),
        (Present, left("s-1"), pending("s-1")),
        (out("s-9"), left("s-1"), pending("s-1")),
        (pending("s-1"), left("s-2"), pending("s-2")),
        (Unknown, left_elsewhere("s-1"), pending("s-1")),
        (Present, left_elsewhere("s-1"), pending("s-1")),
        (out("s-9"), left_elsewhere("s-1"), out("s-9")),
        (pending("s-1"), left_elsewhere("s-1"), pending("s-1")),
        (pending("s-1"), left_elsewhere("s-2"), pending("s-1")),
        (Unknown, delivered("s-1"), Unknown),
        (Present, delivered("s-1"), Present),
        (out("s-9"), delivered("s-1"), out("s-9")),
        (pending("s-1"), delivered("s-1"), out("s-1")),
        (pending("s-2"), delivered("s-1"), pending("s-2")),
        (Unknown, told("s-1"), out("s-1")),
        (Present, told("s-1"), out("s-1")),
        (out("s-9"), told("s-1"), out("s-1")),
        (pending("s-1"), told("s-1"), out("s-1")),
        (pending("s-2"), told("s-1"), pending("s-2")),
    ];
    for (kept, milestone, expected) in rows {
        let before = kept.clone();
        let found = kept.after(&milestone);
        assert_eq!(found, expected, "{before:?} after {milestone:?}");
    }
}

#[test]
fn an_answer_that_may_be_about_another_session_names_none() {
    let mut world = World::live();
    world.submit(1, Replay::Safe);
    world.reject_request(1, "token_expired");
    world.refuse_refresh(refused(401, "logged_out"));

    let nameless = Effect::Remember(told(""));
    assert!(world.orders().any(|order| *order == nameless));
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
fn a_hint_restores_no_session_whose_logout_an_earlier_page_could_not_deliver() {
    let mut world = World::new();
    world.start(pending_logout("s-1"));
    world.refuse_logout(refused(503, ""));

    world.hear(TabNoticeKind::LoggedIn, "stranger", 1);
    world.answer_logout();
    world.answer_refresh_ok();

    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn notices_of_other_logouts_do_not_make_a_page_forget_the_first() {
    let mut world = World::live();
    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
    world.hear(TabNoticeKind::LoggedOut, "stranger", 2);

    world.hear(TabNoticeKind::LoggedIn, "another stranger", 3);
    world.answer_refresh_ok();

    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_session_that_is_named_late_is_left_if_its_user_left_it() {
    let mut world = World::new();
    world.start(logged_out());
    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
    world.hear(TabNoticeKind::LoggedIn, "stranger", 2);
    world.answer_refresh_bare(secs(60));
    world.expect_state("Active Valid Connecting");

    world.answer_session_active(first_session());

    world.expect_state("Anonymous Absent Idle");
}
