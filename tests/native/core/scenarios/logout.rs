//! Logout: here at once, on the server, then in the other tabs.

use session_core::{Command, Effect, HttpFailure, Input, Milestone, Phase, Presence, Replay};
use session_protocol::{EndReason, TabNoticeKind};

use crate::support::{
    samples::{ada, pending_logout, refused, secs, session},
    world::World,
};

#[test]
fn a_logout_empties_the_page_before_the_server_answers() {
    let mut world = World::live();

    world.command(Command::LogOut);

    world.expect(&[
        "CloseSocket 1000",
        "ForgetDrafts",
        "Remember left",
        "NotifyTabs logged_out",
        "RequestLogout",
        "ClearProtectedState LOGGED_OUT",
    ]);
    assert_eq!(world.view().phase, Phase::LoggingOut);
}

#[test]
fn a_logout_is_remembered_as_pending_until_the_server_knows() {
    let mut world = World::live();
    world.command(Command::LogOut);
    assert_eq!(remembered(&world), Some(pending_logout("s-1")));

    world.answer_logout();

    world.expect_only("Remember logout delivered");
    assert!(matches!(
        world.view().phase,
        Phase::Anonymous {
            ended: Some(EndReason::LoggedOut),
            ..
        }
    ));
}

fn remembered(world: &World) -> Option<Presence> {
    let mut orders = world.newest_first();
    orders.find_map(|order| match order {
        Effect::Remember(milestone) => Some(Presence::Present.after(milestone)),
        _ => None,
    })
}

#[test]
fn a_logout_that_another_tab_tells_of_is_not_written_down_again() {
    let mut world = World::live();
    world.forget_log();

    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);

    assert_eq!(world.count("Remember"), 1);
    assert_eq!(
        world.count("Remember left elsewhere"),
        1,
        "in case this tab had written that it lives"
    );
    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_restore_that_is_refused_after_a_logout_elsewhere_takes_no_mark_back() {
    let mut world = World::new();
    world.start(Presence::Present);

    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
    world.refuse_refresh(refused(401, "no_session"));

    world.expect_state("Anonymous Absent Idle");
    world.expect_only("Remember ended");
    let kept = pending_logout("s-1");
    assert_eq!(kept.clone().after(&Milestone::Ended), kept);
}

#[test]
fn a_page_that_restores_while_another_tab_logs_out_restores_nothing() {
    let mut world = World::new();
    world.start(Presence::Present);

    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
    world.answer_refresh_ok();

    world.expect_nothing();
    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_refresh_in_flight_cannot_undo_a_logout() {
    let mut world = World::live();
    world.advance(secs(2));
    world.submit(1, Replay::Safe);
    world.reject_request(1, "");

    world.command(Command::LogOut);
    world.answer_refresh_ok();
    world.expect_nothing();
    world.answer_logout();
    world.answer_refresh_ok();

    world.expect_nothing();
    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_logout_works_without_a_network() {
    let mut world = World::live();
    world.send(Input::WentOffline);

    world.command(Command::LogOut);

    world.expect_state("Anonymous Absent Idle");
    assert_eq!(world.count("RequestLogout"), 0);
    world.send(Input::WentOnline);
    world.expect_only("RequestLogout");
    world.answer_logout();
    world.advance(secs(600));
    world.expect_state("Anonymous Absent Idle");
    assert_eq!(world.count("RequestRefresh"), 0);
}

#[test]
fn a_logout_that_was_not_delivered_is_the_first_call_of_the_next_page() {
    let mut world = World::new();

    world.start(pending_logout("s-0"));

    world.expect_only("RequestLogout");
    world.expect_state("Anonymous Absent Idle");
    let named =
        |order: &Effect| matches!(order, Effect::RequestLogout { session, .. } if session == "s-0");
    assert!(world.orders().any(named));
}

#[test]
fn a_logout_is_tried_until_the_server_knows_at_the_pace_of_the_table() {
    let mut world = World::new();
    world.start(pending_logout("s-0"));

    let mut attempts = 0;
    while world.now() < secs(60) {
        world.refuse_logout(refused(503, ""));
        world.reach_deadline();
        attempts += 1;
    }

    let most = session_core::policy::RATES.logout.most_in_a_minute();
    assert!(
        (3..=most).contains(&attempts),
        "{attempts} attempts in a minute"
    );
    world.answer_logout();
    world.expect_only("Remember logout delivered");
    assert_eq!(world.client.next_deadline(), None);
}

#[test]
fn a_logout_waits_as_long_as_the_server_asks() {
    let mut world = World::new();
    world.start(pending_logout("s-0"));
    let mut busy = refused(503, "");
    if let HttpFailure::Refused { retry_after, .. } = &mut busy {
        *retry_after = Some(secs(40));
    }

    world.refuse_logout(busy);
    world.send(Input::PageShown { persisted: false });

    world.expect_nothing();
    assert_eq!(world.client.next_deadline(), Some(secs(40)));
}

#[test]
fn a_logout_that_the_server_has_nothing_to_end_for_is_done() {
    let mut world = World::new();
    world.start(pending_logout("s-0"));

    world.refuse_logout(refused(404, ""));

    world.expect_only("Remember logout delivered");
}

#[test]
fn a_login_waits_until_an_earlier_logout_is_delivered() {
    let mut world = World::new();
    world.start(pending_logout("s-0"));

    world.log_in(&ada());
    world.expect_nothing();
    world.answer_logout();

    world.expect(&["Remember logout delivered", "RequestLogin"]);
}

#[test]
fn a_login_goes_on_when_the_earlier_logout_cannot_be_delivered_and_takes_its_place() {
    let mut world = World::new();
    world.start(pending_logout("s-0"));
    world.log_in(&ada());

    world.refuse_logout(refused(503, ""));
    world.expect_only("RequestLogin");
    world.answer_login_ok(session("s-2", ada()));
    world.forget_log();
    world.advance(secs(600));

    assert_eq!(world.count("RequestLogout"), 0);
}

#[test]
fn no_hint_restores_the_session_that_the_user_has_left() {
    let mut world = World::new();
    world.start(pending_logout("s-1"));
    world.refuse_logout(refused(503, ""));
    world.advance(secs(2));

    world.hear(TabNoticeKind::LoggedIn, "s-9", 1);
    world.refuse_logout(refused(503, ""));
    world.answer_refresh_ok();

    world.expect_nothing();
    world.expect_state("Anonymous Absent Idle");
    world.advance(secs(2));
    world.answer_logout();
    world.expect_only("Remember logout delivered");
}

#[test]
fn a_login_in_another_tab_takes_the_place_of_an_undelivered_logout() {
    let mut world = World::new();
    world.start(pending_logout("s-0"));
    world.refuse_logout(refused(503, ""));
    world.advance(secs(2));

    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);
    world.refuse_logout(refused(503, ""));
    world.expect_only("RequestRefresh");
    world.answer_refresh_with(session("s-2", ada()));
    world.forget_log();
    world.advance(secs(600));

    assert_eq!(world.count("RequestLogout"), 0);
    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn two_clicks_on_log_out_are_one_logout() {
    let mut world = World::live();

    world.command(Command::LogOut);
    world.command(Command::LogOut);
    world.answer_logout();
    world.answer_logout();

    world.expect_nothing();
    assert_eq!(world.count("RequestLogout"), 1);
    assert_eq!(world.count("ClearProtectedState"), 1);
}

#[test]
fn after_a_logout_another_login_begins_a_new_life() {
    let mut world = World::live();
    world.command(Command::LogOut);
    world.answer_logout();

    world.log_in(&ada());
    world.answer_login_ok(session("s-2", ada()));

    assert_eq!(world.view().user(), Some(&ada()));
    assert_eq!(world.view().epoch, 3);
}

#[test]
fn a_logout_carries_the_token_that_it_revokes() {
    let mut world = World::live();

    world.command(Command::LogOut);

    let mut orders = world.orders();
    assert!(orders.any(|order| matches!(order, Effect::RequestLogout { token: Some(_), .. })));
}

#[test]
fn a_logout_that_a_closed_tab_could_not_deliver_is_delivered_by_the_next_that_wakes() {
    let anonymous: fn() -> World = || {
        let mut world = World::live();
        world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
        world
    };
    let asleep: fn() -> World = World::live;
    for make in [anonymous, asleep] {
        let mut world = make();
        let presence = pending_logout("s-1");

        world.send(Input::PresenceRead { presence });

        let named = |order: &Effect| matches!(order, Effect::RequestLogout { session, .. } if session == "s-1");
        assert!(world.orders().any(named));
        assert_eq!(world.view().user(), None);
        world.answer_logout();
        assert_eq!(world.count("RequestLogout"), 1);
        world.expect(&["Remember logout delivered"]);
    }
}

#[test]
fn a_pending_logout_of_nobody_known_does_not_end_a_session_that_lives() {
    let mut world = World::live();
    let presence = pending_logout("");

    world.send(Input::PresenceRead { presence });

    world.expect_nothing();
    assert_eq!(world.view().user(), Some(&ada()));
}
