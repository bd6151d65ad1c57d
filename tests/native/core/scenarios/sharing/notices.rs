//! Forged notices: whatever a stranger in the same origin says, there is no session, no deadline
//! and no data that the server did not give, and the tabs find back to one socket.

use session_core::{Command, Phase};
use session_protocol::{MAX_COUNT, SharedSocket, TabNoticeKind};

use crate::support::{
    browser::{Browser, Sight},
    samples::{millis, secs},
};

const HIGHEST: u64 = MAX_COUNT;

/// Twenty kinds of lies.
fn lies() -> [TabNoticeKind; 20] {
    let leading = |term, socket, visible| TabNoticeKind::Leading {
        term,
        socket,
        visible,
    };
    let asking = |visible, candidate| TabNoticeKind::Asking { visible, candidate };
    let resigned = |term, to: &str| TabNoticeKind::Resigned {
        term,
        to: to.to_owned(),
    };
    let topic = || "load".to_owned();
    let update = |term, seq, after| TabNoticeKind::Update {
        term,
        topic: topic(),
        seq,
        after,
        payload: "a stranger's".into(),
    };
    let wanting = |after| TabNoticeKind::Wanting {
        topic: topic(),
        after,
    };
    [
        TabNoticeKind::LoggedIn,
        TabNoticeKind::Expired,
        TabNoticeKind::Changed,
        TabNoticeKind::Active,
        asking(true, true),
        asking(false, false),
        leading(0, SharedSocket::Live, true),
        leading(HIGHEST, SharedSocket::Live, true),
        leading(HIGHEST, SharedSocket::Refused, false),
        leading(1_800_000_000_000, SharedSocket::Live, false),
        resigned(0, "tab-1"),
        resigned(HIGHEST, "tab-2"),
        resigned(HIGHEST, ""),
        wanting(None),
        wanting(Some(0)),
        wanting(Some(HIGHEST)),
        TabNoticeKind::Unwanted { topic: topic() },
        update(0, 7, 6),
        update(HIGHEST, HIGHEST, 0),
        update(HIGHEST, 1, HIGHEST),
    ]
}

#[test]
fn lies_about_this_session_grant_and_prolong_nothing() {
    for lie in lies() {
        let mut browser = Browser::with_feed(3);
        let ends = browser.server.idle_ends();
        let before = browser.view(1).phase;

        browser.forge(lie.clone(), "s-1", "stranger", 1);
        browser.advance(secs(25));

        assert_eq!(browser.server.idle_ends(), ends, "{lie:?}");
        assert_eq!(browser.server.reports, [], "{lie:?}");
        assert_eq!(browser.view(1).phase, before, "{lie:?}");
        browser.await_one_life(secs(25));
        browser.advance(secs(3));
        browser.expect_whole(0..3);
    }
}

#[test]
fn all_lies_together_leave_one_leader_with_one_socket() {
    let mut browser = Browser::with_feed(3);
    let mut seq = 0;
    for round in 0..5 {
        for lie in lies() {
            seq += 1;
            browser.forge(lie, "s-1", &format!("stranger-{round}"), seq);
            browser.advance(millis(10));
        }
    }

    browser.advance(secs(60));

    browser.await_one_life(secs(10));
    browser.advance(secs(3));
    browser.expect_whole(0..3);
}

#[test]
fn lies_about_another_session_move_nothing_but_a_login() {
    for lie in lies() {
        if lie == TabNoticeKind::LoggedIn {
            continue;
        }
        let mut browser = Browser::with_feed(3);
        let opened = browser.server.opened.len();

        browser.forge(lie.clone(), "s-9", "stranger", 1);
        for tab in 0..3 {
            browser.world(tab).expect_nothing();
        }

        browser.advance(secs(20));
        browser.expect_one_life();
        assert_eq!(browser.server.opened.len(), opened, "{lie:?}");
        browser.expect_whole(0..3);
    }
}

#[test]
fn lies_to_somebody_who_is_not_logged_in_grant_nothing() {
    let mut browser = Browser::with_tabs(2);
    browser.command(0, Command::LogOut);
    browser.advance(secs(1));
    for session in ["s-1", "s-9", ""] {
        for (seq, lie) in (1..).zip(lies()) {
            browser.forge(lie, session, session, seq);
            browser.advance(secs(2));
        }
    }

    browser.advance(secs(10));

    for tab in 0..2 {
        assert!(
            matches!(browser.view(tab).phase, Phase::Anonymous { .. }),
            "tab {tab}"
        );
        assert_eq!(browser.received(tab, "load"), Vec::<u64>::new());
    }
    assert_eq!(browser.server.sockets(), Vec::<usize>::new());
}

#[test]
fn the_highest_term_that_can_be_forged_ends_no_sharing() {
    let mut browser = Browser::with_feed(3);
    let leading = TabNoticeKind::Leading {
        term: HIGHEST,
        socket: SharedSocket::Live,
        visible: true,
    };
    browser.forge(leading, "s-1", "stranger", 1);
    browser.await_one_life(secs(60));

    for round in 0..4 {
        let leader = browser.leader();
        browser.close(leader);
        browser.open(Sight::Seen);
        let took = browser.await_one_life(secs(8));
        assert!(took < secs(8), "round {round}: {took:?}");
    }
    browser.rob_leader();
    browser.await_one_life(secs(5));
}
