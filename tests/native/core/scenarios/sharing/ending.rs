//! The end of a session ends it in every tab, and no tab opens a socket again.

use session_core::{Assurance, Command, Phase};
use session_protocol::EndReason;

use crate::support::{
    browser::{Browser, Sight},
    samples::{ada, bob, millis, secs},
};

#[test]
fn a_logout_in_any_tab_empties_all_at_once() {
    for leaves in 0..10 {
        let mut browser = Browser::with_feed(10);
        let opened = browser.server.opened.len();

        browser.command(leaves, Command::LogOut);
        browser.advance(millis(200));

        for tab in 0..10 {
            assert!(
                matches!(browser.view(tab).phase, Phase::Anonymous { .. }),
                "tab {tab}"
            );
        }
        browser.advance(secs(30));
        expect_silence(&browser, opened);
    }
}

#[test]
fn an_expiry_is_one_dialog_in_each_tab_and_no_connection() {
    for reason in [EndReason::SessionTimeout, EndReason::Revoked] {
        let mut browser = Browser::with_feed(10);
        let opened = browser.server.opened.len();

        browser.end_session(reason);
        browser.advance(secs(30));

        for tab in 0..10 {
            let Phase::Expired { cause, .. } = browser.view(tab).phase else {
                panic!("tab {tab} is {:?}", browser.view(tab).phase);
            };
            assert_eq!(cause, reason);
            assert_eq!(browser.world(tab).count("ClearProtectedState"), 1);
        }
        expect_silence(&browser, opened);
    }
}

#[test]
fn an_expiry_is_no_storm() {
    let mut browser = Browser::with_tabs(10);
    let since = browser.now();

    browser.end_session(EndReason::SessionTimeout);
    browser.advance(secs(30));

    let notices = browser.notices(since).count();
    assert!(notices <= 30, "{notices} notices");
    let asked = (0..10).map(|tab| browser.world(tab).count("AskSession"));
    assert!(asked.sum::<usize>() <= 20);
}

#[test]
fn a_session_that_ended_while_the_leader_was_frozen_opens_nothing() {
    let mut browser = Browser::with_tabs(4);
    browser.freeze(0);
    browser.end_session(EndReason::Revoked);
    let opened = browser.server.opened.len();

    browser.advance(secs(25));
    browser.thaw(0);
    browser.advance(secs(5));

    for tab in 0..4 {
        assert!(
            matches!(browser.view(tab).phase, Phase::Expired { .. }),
            "tab {tab}"
        );
    }
    expect_silence(&browser, opened);
}

#[test]
fn a_login_in_place_revives_all_tabs_with_one_socket() {
    let mut browser = Browser::with_feed(5);
    browser.end_session(EndReason::SessionTimeout);
    browser.advance(secs(10));

    browser.log_in(3, &ada());

    browser.await_one_life(secs(2));
    assert_eq!(browser.server.opened.len(), 2);
}

#[test]
fn a_tab_that_slept_through_a_logout_shows_nothing_when_it_wakes() {
    let mut browser = Browser::with_feed(3);
    browser.stash(2);
    browser.command(1, Command::LogOut);
    browser.advance(secs(1));
    let asked = browser.world(2).count("AskSession");

    browser.restore(2);

    assert!(matches!(browser.view(2).phase, Phase::Anonymous { .. }));
    assert_eq!(browser.world(2).count("AskSession"), asked);
}

#[test]
fn a_tab_that_slept_through_another_users_login_is_covered_when_it_wakes() {
    let mut browser = Browser::with_feed(3);
    browser.stash(2);
    browser.command(1, Command::LogOut);
    browser.advance(secs(1));
    browser.log_in(0, &bob());
    browser.advance(secs(1));

    browser.restore(2);

    assert_eq!(browser.view(2).assurance, Assurance::Covered);
    browser.advance(secs(5));
    assert_eq!(browser.view(2).user(), Some(&bob()));
}

#[test]
fn another_user_gets_nothing_of_the_first_ones() {
    let mut browser = Browser::with_feed(5);
    browser.advance(secs(10));
    browser.freeze(4);
    browser.end_session(EndReason::SessionTimeout);
    browser.advance(secs(5));
    browser.log_in(2, &bob());
    browser.advance(secs(2));

    browser.thaw(4);
    browser.advance(secs(5));

    browser.await_one_life(secs(5));
    for tab in 0..5 {
        assert_eq!(browser.view(tab).user(), Some(&bob()), "tab {tab}");
    }
}

#[test]
fn a_new_session_of_the_same_user_is_shared_like_the_one_before() {
    let mut browser = Browser::with_feed(5);
    browser.freeze(0);
    browser.freeze(4);
    browser.end_session(EndReason::SessionTimeout);
    browser.advance(secs(20));
    browser.log_in(2, &ada());
    browser.advance(secs(2));

    browser.thaw(0);
    browser.thaw(4);
    browser.advance(secs(20));

    browser.await_one_life(secs(5));
    for tab in 0..5 {
        assert_eq!(browser.view(tab).user(), Some(&ada()), "tab {tab}");
    }
}

#[test]
fn a_new_tab_after_a_logout_shows_nothing() {
    let mut browser = Browser::with_tabs(3);
    browser.command(1, Command::LogOut);
    browser.advance(secs(1));

    let tab = browser.open(Sight::Seen);
    browser.advance(secs(5));

    assert!(matches!(browser.view(tab).phase, Phase::Anonymous { .. }));
    assert_eq!(browser.locks.claims(tab), []);
}

/// Asserts that no tab has a lock or a socket, or has opened one since.
fn expect_silence(browser: &Browser, opened: usize) {
    assert_eq!(browser.server.sockets(), Vec::<usize>::new());
    assert_eq!(
        browser.server.opened.len(),
        opened,
        "{:?}",
        browser.server.opened
    );
    for tab in browser.present() {
        assert_eq!(browser.locks.claims(tab), [], "tab {tab}");
    }
}
