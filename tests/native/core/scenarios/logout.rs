//! Logout: here at once, on the server, then in the other tabs.

use session_core::{Command, Effect, Input, Phase, Presence, Replay};
use session_protocol::EndReason;

use crate::support::{
    samples::{ada, secs, session},
    world::World,
};

#[test]
fn a_logout_empties_the_page_before_the_server_answers() {
    let mut world = World::live();

    world.command(Command::LogOut);

    world.expect(&[
        "CloseSocket 1000",
        "ClearProtectedState LOGGED_OUT",
        "ForgetDrafts",
        "RememberPresence",
        "RequestLogout",
    ]);
    assert_eq!(world.view().phase, Phase::LoggingOut);
}

#[test]
fn the_other_tabs_hear_of_a_logout_after_the_server_did() {
    let mut world = World::live();
    world.command(Command::LogOut);

    world.answer_logout();

    world.expect_only("NotifyTabs logged_out");
    assert!(matches!(
        world.view().phase,
        Phase::Anonymous {
            ended: Some(EndReason::LoggedOut),
            ..
        }
    ));
}

#[test]
fn a_logout_is_remembered() {
    let mut world = World::live();

    world.command(Command::LogOut);

    let remembered = Effect::RememberPresence(Presence::LoggedOut);
    assert!(world.orders().any(|order| *order == remembered));
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
    world.answer_logout();
    world.send(Input::WentOnline);
    world.advance(secs(600));

    world.expect_state("Anonymous Absent Idle");
    assert_eq!(world.count("RequestRefresh"), 0);
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
