//! Notices between tabs: hints that make a tab ask or show less.

use session_core::{Command, Effect, Input, Presence, Replay};
use session_protocol::{EndReason, TabNotice, TabNoticeKind};

use crate::support::{
    samples::{ada, bob, first_session, logged_out, notice, refused, secs, session},
    world::World,
};

#[test]
fn a_tabs_own_notice_changes_nothing() {
    let mut world = World::live();
    let own = notices(&world).pop().expect("the notice of the login");

    world.send(Input::TabNoticeReceived(own));

    world.expect_nothing();
}

#[test]
fn a_notice_that_comes_twice_counts_once() {
    let mut world = World::live();

    world.hear(TabNoticeKind::Expired, "s-1", 4);
    world.expect_only("AskSession");
    world.answer_session_active(first_session());
    world.advance(secs(2));
    world.hear(TabNoticeKind::Expired, "s-1", 4);
    world.expect_nothing();
    world.hear(TabNoticeKind::Expired, "s-1", 3);

    world.expect_nothing();
}

#[test]
fn a_notice_about_another_session_changes_nothing() {
    let mut world = World::live();

    world.hear(TabNoticeKind::LoggedOut, "s-9", 1);
    world.hear(TabNoticeKind::Expired, "s-9", 2);

    world.expect_nothing();
    world.expect_state("Active Valid Open");
}

#[test]
fn an_expiry_in_another_tab_is_a_question_and_no_verdict() {
    let mut world = World::live();

    world.hear(TabNoticeKind::Expired, "s-1", 1);

    world.expect_only("AskSession");
    world.expect_state("Active Valid Open");
    world.answer_session_ended(Some(EndReason::SessionTimeout));
    world.expect_state("Expired Absent Idle");
}

#[test]
fn a_logout_in_another_tab_empties_this_one_and_is_not_passed_on() {
    let mut world = World::live();
    world.forget_log();

    world.hear(TabNoticeKind::LoggedOut, "s-1", 1);

    world.expect_state("Anonymous Absent Idle");
    assert_eq!(world.count("NotifyTabs"), 0, "no echo");
    assert_eq!(world.count("ClearProtectedState"), 1);
}

#[test]
fn a_login_in_another_tab_revives_this_one_by_asking_the_server() {
    for logged_out in [true, false] {
        let mut world = World::live();
        if logged_out {
            world.command(Command::LogOut);
            world.answer_logout();
        } else {
            world.receive(crate::support::samples::expired());
        }
        world.advance(secs(2));

        world.hear(TabNoticeKind::LoggedIn, "s-2", 1);
        world.expect_only("RequestRefresh");
        assert!(world.view().user().is_none(), "a hint grants nothing");
        world.answer_refresh_with(session("s-2", ada()));

        assert_eq!(world.view().user(), Some(&ada()));
    }
}

#[test]
fn a_forged_login_notice_grants_nothing() {
    let mut world = World::expired();
    world.advance(secs(2));

    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);
    world.refuse_refresh(refused(401, "no_session"));

    world.expect_state("Expired Absent Idle");
    assert_eq!(
        world.count("ClearProtectedState"),
        1,
        "the one of the expiry"
    );
}

#[test]
fn a_login_during_a_restore_is_not_missed() {
    let mut world = World::new();
    world.start(Presence::Unknown);

    world.hear(TabNoticeKind::LoggedIn, "s-2", 1);
    world.answer_session_ended(None);
    world.expect_nothing();
    world.answer_refresh_with(session("s-2", ada()));

    assert_eq!(world.view().user(), Some(&ada()));
}

#[test]
fn another_users_login_empties_this_tab_before_the_answer_comes() {
    let mut world = World::live();
    world.advance(secs(2));

    world.hear(TabNoticeKind::LoggedIn, "s-9", 1);
    world.expect(&[
        "CloseSocket 1000",
        "RequestRefresh",
        "ClearProtectedState REPLACED",
    ]);
    world.answer_refresh_with(session("s-9", bob()));

    assert_eq!(world.view().user(), Some(&bob()));
    assert_eq!(world.count("ForgetDrafts"), 1);
}

#[test]
fn notices_name_the_session_by_its_hash_and_carry_no_secret() {
    let mut world = World::live();
    world.receive(crate::support::samples::expired());

    let notices = notices(&world);

    let kinds: Vec<_> = notices.iter().map(|notice| notice.kind.clone()).collect();
    assert_eq!(kinds, [TabNoticeKind::LoggedIn, TabNoticeKind::Expired]);
    let expected = notice(TabNoticeKind::Expired, "s-1", 1).session;
    for notice in notices {
        assert_eq!(notice.session, expected);
        assert!(!notice.encode().contains("s-1"));
        assert!(!notice.encode().contains(crate::support::samples::CANARY));
    }
}

#[test]
fn a_deployment_without_shared_tabs_sends_no_notice() {
    let mut world = World::configured(r#"{"tabs":{"share":"off"}}"#);
    world.start(logged_out());
    world.log_in(&ada());
    world.answer_login_ok(first_session());
    world.command(Command::LogOut);
    world.answer_logout();

    assert_eq!(world.count("NotifyTabs"), 0);
}

#[test]
fn a_thousand_senders_are_bounded_in_memory() {
    let mut world = World::live();
    for tab in 0..1000 {
        let mut strange = notice(TabNoticeKind::Expired, "s-9", 1);
        strange.sender = format!("tab-{tab:04}");
        world.send(Input::TabNoticeReceived(strange));
    }

    let remembered = format!("{:?}", world.client).matches("tab-0").count();
    assert!(remembered <= 64, "{remembered}");
}

fn notices(world: &World) -> Vec<TabNotice> {
    let orders = world.log().filter_map(|(_, order)| {
        if let Effect::NotifyTabs(notice) = order {
            Some(notice.clone())
        } else {
            None
        }
    });
    orders.collect()
}

#[test]
fn what_changes_while_the_server_is_asked_is_asked_about_once_more() {
    for kind in [TabNoticeKind::Changed, TabNoticeKind::Expired] {
        let mut world = World::live();
        world.hear_from("tab", kind.clone(), "s-1", 1);
        world.hear_from("other", kind.clone(), "s-1", 1);
        world.hear_from("third", kind.clone(), "s-1", 1);
        assert_eq!(world.count("AskSession"), 1, "one at a time");

        world.answer_session_active(first_session());
        world.advance(secs(2));
        assert_eq!(
            world.count("AskSession"),
            2,
            "the answer may be older than {kind:?}"
        );
        world.answer_session_active(first_session());
        world.advance(secs(30));

        assert_eq!(world.count("AskSession"), 2);
    }
}

#[test]
fn what_the_last_64_tabs_told_is_known_again() {
    for (others, known) in [(63, true), (64, false)] {
        let mut world = World::live();
        world.hear_from("tab", TabNoticeKind::Changed, "s-1", 1);
        for other in 0..others {
            let sender = format!("other-{other}");
            world.hear_from(&sender, TabNoticeKind::Changed, "s-1", 1);
        }

        world.hear_from("tab", TabNoticeKind::Changed, "s-1", 1);

        let again = world.ignored() == Some("the notice was received before");
        assert_eq!(again, known, "{others} others");
    }
}

#[test]
fn the_same_user_in_another_session_goes_on_with_what_belongs_to_it() {
    let mut world = World::live();
    world.advance(secs(2));
    world.submit(1, Replay::Safe);
    world.send(Input::WentOffline);
    world.send(Input::WentOnline);

    world.answer_session_active(session("s-2", ada()));

    assert_eq!(world.client.session_id(), Some("s-2"));
    assert_eq!(world.view().epoch, 1, "nothing on the page is made anew");
    assert_eq!(world.count("ClearProtectedState"), 0);
    assert!(
        world.state().contains("Refreshing"),
        "the token was of the session before"
    );
    world.reject_request(1, "session_revoked");
    assert!(
        world.view().user().is_some(),
        "a verdict on the session before"
    );
    world.answer_refresh_with(session("s-2", ada()));
    world.answer_socket();
    assert_eq!(
        world.view().connection,
        session_core::ConnectionStatus::Live
    );
}

#[test]
fn a_refresh_that_brings_another_session_of_the_same_user_takes_the_socket_along() {
    let mut world = World::live();
    world.advance(secs(2));
    world.submit(1, Replay::Safe);
    world.reject_request(1, "token_expired");

    world.answer_refresh_with(session("s-2", ada()));

    world.expect(&["CloseSocket 1000", "OpenSocket", "SendRequest"]);
}
