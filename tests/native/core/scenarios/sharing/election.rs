//! Who leads: one tab of all, and how the others follow.

use session_core::{ConnectionStatus, Input};
use session_protocol::{SharedSocket, TabNoticeKind};

use crate::support::{
    browser::{Browser, Sight},
    samples::{ASKING, TOKEN_LIFETIME, ada, millis, secs},
};

#[test]
fn the_first_tab_leads_and_is_live() {
    let browser = Browser::with_tabs(1);

    browser.expect_one_life();
}

#[test]
fn ten_tabs_share_one_socket() {
    let mut browser = Browser::with_tabs(10);

    browser.expect_one_life();
    browser.advance(secs(20 * 60));
    browser.expect_one_life();
    assert_eq!(browser.server.opened.len(), 1);
    assert_eq!(browser.steals, []);
}

#[test]
fn ten_tabs_side_by_side_are_no_storm_of_notices() {
    let mut browser = Browser::with_tabs(10);
    let since = browser.now();

    browser.advance(secs(60));

    // One question and one answer in 5 s.
    let count = browser.notices(since).count();
    assert!(count <= 26, "{count} notices in a minute");
}

#[test]
fn followers_mirror_how_the_leader_is() {
    let mut browser = Browser::with_tabs(3);

    browser.server_fails();
    browser.advance(secs(1));
    let reconnecting = [ConnectionStatus::Reconnecting; 3];
    assert_eq!(browser.connections(), reconnecting);

    browser.server.reachable = true;
    browser.await_one_life(secs(60));
}

#[test]
fn a_follower_stands_by_while_there_is_no_leader_and_no_longer() {
    let mut browser = Browser::with_tabs(1);
    browser.freeze(0);

    let tab = browser.open(Sight::Seen);
    browser.advance(secs(10));
    assert_eq!(browser.view(tab).connection, ConnectionStatus::StandingBy);

    browser.advance(secs(10));
    assert_eq!(browser.view(tab).connection, ConnectionStatus::Live);
}

#[test]
fn a_tab_that_opens_in_the_background_follows_like_any_other() {
    let mut browser = Browser::with_tabs(1);

    browser.open(Sight::Hidden);

    browser.advance(secs(1));
    browser.expect_one_life();
}

#[test]
fn a_tab_whose_channel_is_dead_takes_nothing_and_goes_alone() {
    let mut browser = Browser::with_tabs(3);

    browser.deafen(2);
    browser.advance(secs(30));

    assert_eq!(browser.steals, []);
    assert_eq!(browser.server.sockets(), [0, 2]);
    assert_eq!(browser.connections(), [ConnectionStatus::Live; 3]);
    browser.advance(secs(600));
    assert_eq!(browser.server.opened.len(), 2, "and it stays so");
}

#[test]
fn where_locks_are_refused_each_tab_has_a_socket_at_once_and_refreshes() {
    let mut browser = Browser::new();
    browser.locks.refuses = true;
    browser.open(Sight::Seen);
    browser.log_in(0, &ada());
    browser.advance(secs(1));
    let tab = browser.open(Sight::Seen);
    browser.advance(secs(1));

    assert_eq!(browser.server.sockets(), [0, tab]);
    let before = browser.server.refreshes.len();
    browser.advance(TOKEN_LIFETIME);
    assert_eq!(browser.server.refreshes.len(), before + 2);
    assert_eq!(browser.server.sockets(), [0, tab]);
}

#[test]
fn a_browser_that_never_grants_a_lock_leaves_no_tab_without_a_socket() {
    let mut browser = Browser::new();
    browser.locks.silent = true;
    browser.open(Sight::Seen);
    browser.log_in(0, &ada());
    browser.advance(secs(1));
    browser.open(Sight::Seen);

    browser.advance(secs(60));

    assert_eq!(browser.connections(), [ConnectionStatus::Live; 2]);
}

#[test]
fn terms_grow_even_if_the_new_leader_heard_of_none() {
    let mut browser = Browser::with_tabs(1);
    for _ in 0..5 {
        let leader = browser.leader();
        browser.crash(leader);
        browser.open(Sight::Seen);
        browser.advance(millis(200));
    }

    let terms = browser.terms();
    assert_eq!(terms.len(), 6, "{terms:?}");
    assert!(terms.windows(2).all(|pair| pair[0].1 < pair[1].1));
}

#[test]
fn of_two_leaders_one_stands_down() {
    for errs in 1..4 {
        let mut browser = Browser::with_feed(4);

        browser.grant_twice(errs);

        browser.await_one_life(secs(5));
        browser.advance(secs(5));
        browser.expect_whole(0..4);
        assert_eq!(browser.steals, []);
    }
}

#[test]
fn of_two_leaders_of_one_term_one_stands_down() {
    let mut browser = Browser::with_feed(5);
    browser.grant_twice(2);
    browser.grant_twice(3);

    browser.await_one_life(secs(5));

    browser.advance(secs(5));
    browser.expect_whole(0..5);
}

#[test]
fn of_equal_terms_the_greater_name_leads() {
    let mut browser = Browser::with_tabs(1);
    let (_, term) = browser.terms()[0];
    let leading = TabNoticeKind::Leading {
        term,
        socket: SharedSocket::Live,
        visible: true,
    };

    browser.forge(leading.clone(), "s-1", "a-tab", 1);
    browser.advance(secs(1));
    assert_eq!(browser.terms(), [(0, term)], "it leads on");
    assert_eq!(browser.server.opened.len(), 1);

    browser.forge(leading, "s-1", "z-tab", 1);
    assert_eq!(
        browser.world(0).state(),
        "Active Valid Idle",
        "it stands down"
    );
    browser.advance(millis(100));
    browser.expect_one_life();
    assert!(browser.terms().last() > Some(&(0, term)));
}

#[test]
fn whoever_stood_down_takes_nothing_for_a_minute() {
    let mut browser = Browser::with_tabs(2);
    let leading = TabNoticeKind::Leading {
        term: browser.terms()[0].1 + 1,
        socket: SharedSocket::Live,
        visible: true,
    };
    browser.forge(leading, "s-1", "z-tab", 1);
    browser.advance(millis(100));
    assert_eq!(browser.leader(), 1);
    browser.freeze(1);

    browser.advance(secs(55));
    assert_eq!(browser.steals, []);
    browser.advance(secs(30));
    assert_eq!(browser.leader(), 0);
}

#[test]
fn what_wakes_a_page_at_once_is_one_question() {
    let mut browser = Browser::with_tabs(2);
    for _ in 0..10 {
        browser.advance(secs(2));
        let since = browser.now();
        for _ in 0..5 {
            browser.hide(1);
            browser.show(1);
            browser.send(1, Input::PageFocused);
            browser.send(1, Input::PageResumed);
        }

        let mut notices = browser.notices(since);
        assert!(notices.by_ref().filter(|(_, it)| it.kind == ASKING).count() <= 1);
    }

    browser.expect_one_life();
}

#[test]
fn a_leader_whose_lock_was_taken_stands_down() {
    let mut browser = Browser::with_feed(3);

    browser.rob_leader();

    browser.await_one_life(secs(5));
    assert_ne!(browser.leader(), 0);
    browser.advance(secs(60));
    assert_eq!(browser.steals, [], "and does not take it back");
    browser.expect_whole(0..3);
}

#[test]
fn a_leader_whose_channel_fails_keeps_its_socket_for_itself() {
    let mut browser = Browser::with_feed(3);

    browser.send(0, Input::TabNoticeUnsent);
    browser.advance(secs(3));

    assert_eq!(browser.locks.claims(0), []);
    assert_eq!(browser.server.sockets(), [0, browser.leader()]);
    assert_eq!(browser.server.opened.len(), 2);
    browser.expect_whole(0..3);
}

#[test]
fn a_follower_whose_channel_fails_has_a_socket_of_its_own() {
    let mut browser = Browser::with_feed(3);

    browser.send(2, Input::TabNoticeUnsent);
    browser.advance(secs(3));

    assert_eq!(browser.server.sockets(), [0, 2]);
    browser.expect_whole(0..3);
}
