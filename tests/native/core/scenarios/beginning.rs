//! First visit, silent restore, login.

use session_core::{
    Command, ConnectionStatus, HttpFailure, Input, LockName, LoginFailure, LoginStatus, Phase,
    Presence,
};
use session_protocol::EndReason;

use crate::support::{
    samples::{
        ada, bob, first_session, grant_for, logged_out, refused, refused_for, secs, session,
    },
    world::World,
};

#[test]
fn a_first_visit_asks_the_server_once_and_shows_the_login_page() {
    let mut world = World::new();

    world.start(Presence::Unknown);
    world.expect_only("AskSession");
    assert_eq!(world.view().phase, Phase::Restoring);

    world.answer_session_ended(None);
    world.expect_only("Remember ended");
    world.expect_state("Anonymous Absent Idle");
    assert_eq!(world.client.next_deadline(), None);
}

#[test]
fn nothing_is_asked_before_the_client_has_started() {
    let mut world = World::new();

    world.send(Input::PageShown { persisted: false });

    world.expect_nothing();
    world.expect_state("Starting Absent Idle");
}

#[test]
fn a_remembered_session_is_restored_silently() {
    let mut world = World::new();

    world.start(Presence::Present);
    world.expect_only("RequestRefresh");
    world.answer_refresh_ok();

    world.expect(&["Remember restored", "OpenSocket"]);
    assert_eq!(world.view().user(), Some(&ada()));
    assert_eq!(world.count("NotifyTabs"), 0, "the other tabs know already");
}

#[test]
fn a_server_that_cannot_be_reached_at_the_start_is_told_from_one_that_has_not_answered() {
    let mut world = World::new();
    world.start(Presence::Present);
    assert_eq!(world.view().connection, ConnectionStatus::StandingBy);

    world.refuse_refresh(HttpFailure::Unreachable);
    assert_eq!(world.view().connection, ConnectionStatus::Reconnecting);

    world.send(Input::WentOffline);
    assert_eq!(world.view().connection, ConnectionStatus::Offline);
}

#[test]
fn a_server_that_cannot_tell_whether_there_is_a_session_is_told_too() {
    let mut world = World::new();
    world.start(Presence::Unknown);
    assert_eq!(world.view().connection, ConnectionStatus::StandingBy);

    world.refuse_session(HttpFailure::Unreachable);

    assert_eq!(world.view().connection, ConnectionStatus::Reconnecting);
}

#[test]
fn a_remembered_session_that_has_ended_leads_to_the_login_page_with_its_reason() {
    let mut world = World::new();
    world.start(Presence::Present);

    world.refuse_refresh(refused(401, "session_revoked"));

    world.expect_state("Anonymous Absent Idle");
    assert_eq!(ended(&world), Some(EndReason::Revoked));
    assert_eq!(world.count("ClearProtectedState"), 0, "nothing was shown");
}

#[test]
fn a_restore_outlasts_a_server_that_is_out_of_order() {
    let mut world = World::new();
    world.start(Presence::Present);

    for _ in 0..10 {
        world.refuse_refresh(refused(503, ""));
        world.reach_deadline();
        world.expect_only("RequestRefresh");
    }
    world.answer_refresh_ok();

    world.expect_state("Active Valid Connecting");
}

#[test]
fn after_a_remembered_logout_nothing_is_restored_and_nothing_refreshed() {
    let mut world = World::new();

    world.start(logged_out());
    world.advance(secs(3600));

    assert_eq!(world.log().count(), 0);
    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_second_start_changes_nothing() {
    let mut world = World::live();

    for presence in [Presence::Unknown, Presence::Present, logged_out()] {
        world.start(presence);
        world.expect_nothing();
    }

    world.expect_state("Active Valid Open");
}

#[test]
fn a_login_begins_a_session_and_opens_the_socket() {
    let mut world = World::new();
    world.start(logged_out());

    world.log_in(&ada());
    world.expect_only("RequestLogin");
    assert_eq!(login(&world), LoginStatus::Busy);
    world.answer_login_ok(first_session());

    world.expect(&["Remember logged in", "NotifyTabs logged_in", "OpenSocket"]);
    assert_eq!(world.view().user(), Some(&ada()));
    assert_eq!(world.view().epoch, 1);
}

#[test]
fn each_refusal_of_a_login_says_why() {
    let cases = [
        (
            refused(401, "invalid_credentials"),
            LoginFailure::WrongCredentials,
        ),
        (
            refused_for(429, secs(40)),
            LoginFailure::TooManyAttempts {
                retry_after_seconds: Some(40),
            },
        ),
        (
            refused(429, ""),
            LoginFailure::TooManyAttempts {
                retry_after_seconds: None,
            },
        ),
        (refused(503, ""), LoginFailure::Unavailable),
        (HttpFailure::Garbled, LoginFailure::Unavailable),
        (HttpFailure::Unreachable, LoginFailure::Unreachable),
        (HttpFailure::TimedOut, LoginFailure::Unreachable),
    ];
    for (failure, shown) in cases {
        let mut world = World::new();
        world.start(logged_out());
        world.log_in(&ada());

        world.refuse_login(failure);

        assert_eq!(login(&world), LoginStatus::Failed(shown));
        world.log_in(&ada());
        world.expect_only("RequestLogin");
    }
}

#[test]
fn two_clicks_on_log_in_are_one_login() {
    let mut world = World::new();
    world.start(logged_out());

    world.log_in(&ada());
    world.log_in(&ada());

    world.expect_nothing();
    assert_eq!(world.count("RequestLogin"), 1);
}

#[test]
fn logging_in_again_as_the_same_user_keeps_the_drafts() {
    let mut world = World::expired();

    world.log_in(&ada());
    world.answer_login_ok(session("s-2", ada()));

    assert_eq!(world.count("ForgetDrafts"), 0);
    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn logging_in_as_another_user_deletes_the_drafts_of_the_first() {
    let mut world = World::expired();

    world.log_in(&bob());
    world.answer_login_ok(session("s-2", bob()));

    assert_eq!(forgotten(&world), ["u-ada"]);
}

#[test]
fn a_backend_that_tells_the_user_late_loses_no_draft_of_the_same_user() {
    let mut world = World::expired();
    world.log_in(&ada());
    answer_login_bare(&mut world);
    assert_eq!(world.count("ForgetDrafts"), 0, "nobody knows yet who it is");

    world.answer_session_active(session("s-2", ada()));

    assert_eq!(world.count("ForgetDrafts"), 0);
    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn a_backend_that_tells_the_user_late_still_has_strangers_drafts_deleted() {
    let mut world = World::expired();
    world.log_in(&bob());
    answer_login_bare(&mut world);

    world.answer_session_active(session("s-2", bob()));

    assert_eq!(forgotten(&world), ["u-ada"]);
}

#[test]
fn a_backend_that_first_tells_the_user_with_a_refresh_is_believed() {
    let mut world = World::new();
    world.start(logged_out());
    world.log_in(&ada());
    answer_login_bare(&mut world);
    world.refuse_session(refused(404, ""));
    while world.call_of("RequestRefresh").is_none() {
        world.reach_deadline();
    }

    world.answer_refresh_with(first_session());

    assert_eq!(world.view().user(), Some(&ada()));
    assert_eq!(world.count("ClearProtectedState"), 0);
}

#[test]
fn a_session_that_is_named_late_shares_one_socket_from_then_on() {
    for answered_late in [false, true] {
        let mut world = World::new();
        let (presence, locks) = (logged_out(), true);
        world.send(Input::Started { presence, locks });
        world.log_in(&ada());
        answer_login_bare(&mut world);
        assert_eq!(world.count("OpenSocket"), 0, "who it is comes first");
        if answered_late {
            world.refuse_session(refused(500, ""));
            assert_eq!(
                world.count("OpenSocket"),
                1,
                "nobody waits for a server that fails"
            );
            world.answer_socket();
            while world.count("AskSession") < 2 {
                world.reach_deadline();
            }
        }

        world.answer_session_active(first_session());

        assert!(world.lock_of(LockName::Leader).is_some());
        world.expect_state("Active Valid Idle");
        world.advance(secs(4));
        assert_eq!(world.count("OpenSocket"), usize::from(answered_late));
    }
}

#[test]
fn a_backend_that_names_no_session_gives_each_tab_its_socket() {
    let mut world = World::new();
    let (presence, locks) = (logged_out(), true);
    world.send(Input::Started { presence, locks });
    world.log_in(&ada());
    answer_login_bare(&mut world);

    world.refuse_session(refused(404, ""));
    world.answer_socket();

    world.expect_state("Active Valid Open");
}

#[test]
fn leaving_the_expired_page_leads_to_the_login_page_with_the_reason() {
    let mut world = World::expired();

    world.command(Command::Leave);

    assert_eq!(ended(&world), Some(EndReason::SessionTimeout));
}

fn answer_login_bare(world: &mut World) {
    let call = world.call_of("RequestLogin").expect("a login");
    let grant = grant_for(secs(300), None);
    world.send(Input::LoginSucceeded { call, grant });
}

fn forgotten(world: &World) -> Vec<&str> {
    let orders = world.log().filter_map(|(_, order)| {
        if let session_core::Effect::ForgetDrafts { user } = order {
            Some(user.as_str())
        } else {
            None
        }
    });
    orders.collect()
}

fn login(world: &World) -> LoginStatus {
    match world.view().phase {
        Phase::Anonymous { login, .. } | Phase::Expired { login, .. } => login,
        other => panic!("no login is possible in {other:?}"),
    }
}

fn ended(world: &World) -> Option<EndReason> {
    match world.view().phase {
        Phase::Anonymous { ended, .. } => ended,
        other => panic!("somebody is logged in: {other:?}"),
    }
}
