//! Sessions that were left: a late answer brings none of them back.

use session_core::{Command, Input, Presence};
use session_protocol::TabNoticeKind;

use crate::support::{
    samples::{
        ada, bob, first_session, logged_out, logged_out_of, pending_logout, refused, secs, session,
    },
    world::World,
};

#[test]
fn a_logout_notice_that_was_overtaken_by_a_login_does_not_hide_the_next_session() {
    let mut world = World::expired();
    world.advance(secs(2));
    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);

    world.hear_from("third-tab", TabNoticeKind::LoggedOut, "s-1", 1);
    world.answer_refresh_with(session("s-2", ada()));

    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn a_session_that_was_left_in_another_tab_is_not_restored_by_a_late_answer() {
    let mut world = World::expired();
    world.advance(secs(2));
    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);

    world.hear(TabNoticeKind::LoggedOut, "s-2", 2);
    world.answer_refresh_with(session("s-2", ada()));

    assert_eq!(world.view().user(), None);
}

#[test]
fn a_session_that_was_left_before_a_page_woke_is_not_restored_by_a_late_answer() {
    let mut world = World::new();
    world.start(Presence::Present);

    let presence = logged_out_of("s-1");
    world.send(Input::PresenceRead { presence });
    world.answer_refresh_with(first_session());

    assert_eq!(world.view().user(), None);
}

#[test]
fn a_session_without_a_name_is_not_the_one_that_was_left_without_a_name() {
    let mut world = World::new();
    world.start(Presence::Present);

    let presence = logged_out_of("");
    world.send(Input::PresenceRead { presence });
    world.answer_refresh_with(session("", ada()));

    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn a_logout_of_a_session_without_a_name_ends_what_is_being_restored() {
    let mut world = World::new();
    world.start(Presence::Present);

    world.hear(TabNoticeKind::LoggedOut, "", 1);
    assert_eq!(world.client.state_names()[0], "Anonymous");
    world.answer_refresh_with(first_session());

    assert_eq!(world.view().user(), None);
}

#[test]
fn the_last_16_sessions_that_were_left_are_remembered() {
    for (others, restored) in [(15, false), (16, true)] {
        let mut world = World::new();
        world.start(Presence::Present);
        world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
        for other in 1..=others {
            let session = format!("other-{other}");
            world.hear(TabNoticeKind::LoggedOut, &session, 1 + other);
        }

        world.answer_refresh_with(first_session());

        assert_eq!(world.view().user().is_some(), restored, "{others} others");
    }
}

#[test]
fn a_login_that_is_heard_of_after_the_logout_was_read_takes_nothing_back() {
    let mut world = World::new();
    world.start(logged_out());
    let presence = pending_logout("s-1");
    world.send(Input::PresenceRead { presence });

    world.hear(TabNoticeKind::LoggedIn, "s-1", 1);
    world.answer_logout();
    world.answer_refresh_with(first_session());

    assert_eq!(world.view().user(), None);
}

#[test]
fn a_page_that_slept_through_a_login_asks_who_it_is_when_it_wakes() {
    for mut world in [World::expired(), left()] {
        world.forget_log();
        world.advance(secs(2));
        let presence = Presence::Present;
        world.send(Input::PresenceRead { presence });

        world.answer_refresh_with(session("s-2", bob()));
        assert_eq!(world.view().user(), Some(&bob()));
    }
}

/// The user logged out.
fn left() -> World {
    let mut world = World::live();
    world.command(Command::LogOut);
    world.answer_logout();
    world
}

#[test]
fn a_hint_that_came_to_nothing_takes_no_logout_back() {
    let mut world = World::live();
    world.command(Command::LogOut);
    world.answer_logout();
    world.forget_log();

    world.hear(TabNoticeKind::LoggedIn, "s-9", 1);
    world.advance(secs(2));
    world.refuse_refresh(refused(401, "no_session"));

    world.expect_state("Anonymous Absent Idle");
    assert_eq!(world.count("Remember"), 0);
}
