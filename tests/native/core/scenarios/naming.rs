//! Backends that name a session late, with an empty name, or never.

use session_core::{Command, HttpFailure, Input, LockName, Presence, Replay};
use session_protocol::{ActiveSession, ServerMessage, TabNoticeKind};

use crate::support::{
    samples::{
        ada, bob, first_session, grant_for, logged_out, logged_out_of, millis, pending_logout,
        refused, secs, session,
    },
    world::World,
};

const WINDOW: u64 = 300;

#[test]
fn a_logout_without_a_name_gives_way_to_a_login_elsewhere() {
    let told: fn(&mut World) = |world| world.hear(TabNoticeKind::LoggedIn, "", 1);
    let read: fn(&mut World) = |world| {
        let presence = Presence::Present;
        world.send(Input::PresenceRead { presence });
    };
    for (elsewhere, answered) in [(told, true), (read, true), (told, false), (read, false)] {
        let mut world = left_without_a_name(answered);
        let calls = world.count("RequestLogout");

        elsewhere(&mut world);
        if !answered && world.call_of("RequestLogout").is_some() {
            world.refuse_logout(refused(503, ""));
        }
        world.advance(secs(2));
        world.answer_refresh_with(session("", bob()));
        world.advance(secs(120));

        assert_eq!(world.count("RequestLogout"), calls, "answered: {answered}");
        assert_eq!(world.view().user(), Some(&bob()));
    }
}

#[test]
fn a_logout_without_a_name_that_is_under_way_goes_before_what_it_could_meet() {
    let mut world = left_without_a_name(false);
    let (logouts, refreshes) = (world.count("RequestLogout"), world.count("RequestRefresh"));

    world.hear(TabNoticeKind::LoggedIn, "", 1);
    world.advance(secs(5));
    assert_eq!(world.count("RequestRefresh"), refreshes);

    world.refuse_logout(refused(503, ""));
    world.answer_refresh_with(session("", bob()));
    world.advance(secs(120));
    assert_eq!(world.count("RequestLogout"), logouts);
    assert_eq!(world.view().user(), Some(&bob()));
}

#[test]
fn a_logout_without_a_name_does_not_overtake_a_login() {
    for succeeds in [true, false] {
        let mut world = left_without_a_name(true);
        let logouts = world.count("RequestLogout");
        world.log_in(&bob());

        world.advance(secs(20));
        assert_eq!(world.count("RequestLogout"), logouts);

        if succeeds {
            world.answer_login_ok(session("", bob()));
        } else {
            world.refuse_login(refused(401, "invalid_credentials"));
        }
        world.advance(secs(20));
        let more = usize::from(!succeeds);
        assert_eq!(world.count("RequestLogout"), logouts + more, "{succeeds}");
    }
}

#[test]
fn a_logout_without_a_name_that_was_taken_over_gives_way_too() {
    let mut world = World::new();
    world.start(Presence::Unknown);
    let presence = pending_logout("");
    world.send(Input::PresenceRead { presence });
    world.refuse_logout(refused(503, ""));

    let presence = Presence::Present;
    world.send(Input::PresenceRead { presence });
    world.advance(secs(120));

    assert_eq!(world.count("RequestLogout"), 1);
}

#[test]
fn a_request_waits_for_no_session_that_another_tab_began() {
    let mut world = left_without_a_name(true);
    world.hear(TabNoticeKind::LoggedIn, "", 1);

    world.submit(1, Replay::Safe);

    world.expect_only("FailRequest session ended");
}

#[test]
fn a_session_with_an_empty_name_has_a_socket() {
    let mut world = unnamed();

    world.answer_session_active(session("", ada()));

    world.expect_only("OpenSocket");
}

#[test]
fn a_session_with_an_empty_name_closes_no_socket() {
    let mut world = unnamed();
    world.refuse_session(HttpFailure::TimedOut);
    world.open_socket();
    let session = session("", ada());

    world.receive(auth_ok(Some(session)));

    assert_eq!(world.count("CloseSocket"), 0);
    world.expect_state("Active Valid Open");
}

#[test]
fn a_told_window_outlives_the_news_of_whose_it_is() {
    let mut world = unnamed();
    world.refuse_session(HttpFailure::TimedOut);
    world.open_socket();
    world.receive(auth_ok(None));
    world.receive(ServerMessage::GoingAway {
        reconnect_within: secs(WINDOW),
    });
    world.close(1012, "");
    let until = world.now() + secs(WINDOW);
    let opened = world.count("OpenSocket");

    let asked = world.count("AskSession");
    while world.count("AskSession") == asked {
        world.reach_deadline();
    }
    world.answer_session_active(first_session());
    let lock = world
        .lock_of(LockName::Leader)
        .expect("it joins the others");
    world.send(Input::LockGranted { lock });
    world.advance(millis(10));

    assert_eq!(world.count("OpenSocket"), opened, "the window is kept");
    world.await_socket();
    assert!(world.now() <= until + secs(1));
}

#[test]
fn a_refresh_that_names_a_session_that_was_left_keeps_no_token() {
    let mut world = World::new();
    world.start(logged_out());
    world.log_in(&ada());
    log_in_bare(&mut world);
    let heard: fn(&mut World) = |world| world.hear(TabNoticeKind::LoggedOut, "s-1", 1);
    let read: fn(&mut World) = |world| {
        let presence = logged_out_of("s-1");
        world.send(Input::PresenceRead { presence });
    };
    for tell in [heard, read] {
        let mut world = world.clone();
        tell(&mut world);
        world.refuse_session(refused(401, "token_expired"));
        world.advance(secs(2));

        world.answer_refresh_with(first_session());

        assert_eq!(world.view().user(), None);
        world.expect_state("Anonymous Absent Idle");
    }
}

/// Ada logged in, nobody knows to which session, and the server is asked.
fn unnamed() -> World {
    let mut world = World::new();
    let (presence, locks) = (logged_out(), true);
    world.send(Input::Started { presence, locks });
    world.log_in(&ada());
    log_in_bare(&mut world);
    world
}

/// The user logged out of a session without a name, and the server does not know.
fn left_without_a_name(answered: bool) -> World {
    let mut world = World::new();
    world.start(Presence::Present);
    world.answer_refresh_with(session("", ada()));
    world.command(Command::LogOut);
    if answered {
        world.refuse_logout(refused(503, ""));
    }
    world
}

fn log_in_bare(world: &mut World) {
    let call = world.call_of("RequestLogin").expect("a login");
    let grant = grant_for(secs(300), None);
    world.send(Input::LoginSucceeded { call, grant });
}

fn auth_ok(session: Option<ActiveSession>) -> ServerMessage {
    ServerMessage::AuthOk {
        expires_in: secs(300),
        session,
        reconnect_within: None,
    }
}
