//! Expiry: once for each epoch, whoever brings the news, and everything rearmed afterwards.

use session_core::{Input, Phase, Replay, RequestId};
use session_protocol::{CloseCode, EndReason, SessionStatus, TabNoticeKind};

use crate::support::{
    samples::{ada, bob, expired, first_session, idle_warning, notice, refused, secs, session},
    world::World,
};

#[test]
fn an_expiry_clears_the_page_and_tells_the_other_tabs() {
    let mut world = World::live();

    world.receive(expired());

    world.expect(&[
        "CloseSocket 1000",
        "Remember ended",
        "NotifyTabs expired",
        "ClearProtectedState SESSION_TIMEOUT",
    ]);
    assert_eq!(phase_cause(&world), Some(EndReason::SessionTimeout));
}

/// The cookie may be that of another session by then, whose user logged out.
#[test]
fn a_logout_that_is_the_answer_to_a_question_costs_no_draft_and_speaks_for_no_other_tab() {
    let mut world = World::live();
    world.send(Input::PageResumed);

    world.answer_session_ended(Some(EndReason::LoggedOut));

    world.expect(&[
        "CloseSocket 1000",
        "Remember logged out",
        "NotifyTabs expired",
        "ClearProtectedState LOGGED_OUT",
    ]);
    world.expect_state("Anonymous Absent Idle");
}

#[test]
fn a_thousand_signals_from_five_sources_are_one_expiry() {
    for first in 0..5 {
        let mut world = World::live();
        world.submit(1, Replay::Safe);
        let signals = signals(&world);

        for turn in 0..1000 {
            world.send(signals[(first + turn) % signals.len()].clone());
        }

        let ended = world.counts();
        assert_eq!(
            ended.get("ClearProtectedState"),
            Some(&1),
            "first signal {first}"
        );
        assert_eq!(
            ended.get("NotifyTabs"),
            Some(&2),
            "login and expiry, once each"
        );
        assert_eq!(ended.get("FailRequest"), Some(&1));
        assert_eq!(world.view().epoch, 2);
    }
}

#[test]
fn after_an_expiry_nothing_reconnects_refreshes_or_asks_for_an_hour() {
    let mut world = World::expired();
    world.forget_log();

    world.advance(secs(3600));

    assert_eq!(world.log().count(), 0);
    assert_eq!(world.client.next_deadline(), None);
}

#[test]
fn the_browser_waking_up_reopens_nothing_after_an_expiry() {
    let mut world = World::expired();
    world.forget_log();

    world.send(Input::PageHidden);
    world.send(Input::WentOffline);
    world.advance(secs(600));
    world.send(Input::WentOnline);
    world.send(Input::PageShown { persisted: true });
    world.send(Input::UserWasActive);
    world.advance(secs(600));

    assert_eq!(world.log().count(), 0);
}

#[test]
fn logging_in_again_rearms_the_expiry() {
    let mut world = World::expired();

    for epoch in [3, 5, 7] {
        world.log_in(&ada());
        world.answer_login_ok(session("s-2", ada()));
        world.answer_socket();
        assert_eq!(world.view().epoch, epoch);
        world.forget_log();
        world.receive(expired());
        assert_eq!(world.count("ClearProtectedState"), 1);
        assert_eq!(world.count("NotifyTabs"), 1);
    }
}

#[test]
fn facts_of_an_earlier_epoch_change_nothing_in_the_next() {
    let mut world = World::live();
    world.submit(1, Replay::Safe);
    let late = signals(&world);
    world.receive(expired());
    world.log_in(&ada());
    world.answer_login_ok(session("s-2", ada()));
    world.answer_socket();

    for signal in late {
        world.send(signal);
        world.expect_nothing();
        world.expect_state("Active Valid Open");
    }
}

#[test]
fn a_refresh_in_flight_when_the_session_ends_cannot_bring_it_back() {
    let mut world = World::live();
    world.advance(secs(2));
    world.submit(1, Replay::Safe);
    world.reject_request(1, "");
    world.receive(expired());

    world.answer_refresh_ok();

    world.expect_nothing();
    world.expect_state("Expired Absent Idle");
}

#[test]
fn an_end_that_the_server_only_tells_over_http_is_an_end() {
    let mut world = World::live();
    world.close(1008, "something");
    world.expect_only("AskSession");

    world.answer_session_ended(Some(EndReason::Revoked));

    assert_eq!(phase_cause(&world), Some(EndReason::Revoked));
}

#[test]
fn a_warned_session_expires_like_any_other() {
    let mut world = World::live();
    world.receive(idle_warning(secs(60)));

    world.receive(expired());

    assert_eq!(phase_cause(&world), Some(EndReason::SessionTimeout));
}

#[test]
fn another_user_who_appears_on_the_same_session_clears_the_page_at_once() {
    let mut world = World::live();
    world.advance(secs(2));
    world.send(Input::PageShown { persisted: true });

    world.answer_session_active(session("s-9", bob()));

    world.expect(&[
        "CloseSocket 1000",
        "RequestRefresh",
        "ClearProtectedState REPLACED",
    ]);
    assert!(world.view().user().is_none(), "nobody's page is shown");
    world.answer_refresh_with(session("s-9", bob()));
    assert_eq!(world.view().user(), Some(&bob()));
    assert_eq!(world.count("ForgetDrafts"), 1);
}

#[test]
fn an_expired_page_stays_while_another_tabs_login_is_looked_up() {
    let mut world = World::expired();
    world.advance(secs(2));

    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);

    world.expect_only("RequestRefresh");
    assert!(matches!(world.view().phase, Phase::Expired { .. }));
}

#[test]
fn an_answer_to_an_earlier_question_is_not_about_this_session() {
    let mut world = World::live();
    world.send(Input::PageShown { persisted: true });
    let call = world.call_of("AskSession").expect("a question");
    world.receive(expired());
    world.log_in(&ada());
    world.answer_login_ok(first_session());

    let status = SessionStatus::Ended { reason: None };
    world.send(Input::SessionAnswered { call, status });

    world.expect_nothing();
    world.expect_state("Active Valid Connecting");
}

/// One expiry signal of each source, all about the session as it is now.
fn signals(world: &World) -> [Input; 5] {
    let socket = world.socket();
    [
        Input::SocketMessageReceived {
            socket,
            message: expired(),
        },
        Input::SocketClosed {
            socket,
            code: CloseCode::POLICY_VIOLATION,
            reason: "SESSION_TIMEOUT".to_owned(),
        },
        Input::RequestUnauthorized {
            request: RequestId(1),
            failure: refused(401, "session_expired"),
        },
        Input::SocketClosed {
            socket,
            code: CloseCode::SESSION_EXPIRED,
            reason: String::new(),
        },
        Input::TabNoticeReceived(notice(TabNoticeKind::Expired, "s-1", 1)),
    ]
}

fn phase_cause(world: &World) -> Option<EndReason> {
    if let Phase::Expired { cause, user, .. } = world.view().phase {
        assert_eq!(user, ada());
        Some(cause)
    } else {
        None
    }
}
