//! Refreshing among tabs: one at a time, and nobody waits for a tab that does not run.

use session_core::{Command, Input, LockName};
use session_protocol::EndReason;

use crate::support::{
    browser::{Browser, Sight},
    samples::{TOKEN_LIFETIME, ada, bob, millis, secs},
};

#[test]
fn ten_tabs_refresh_one_after_another() {
    let mut browser = Browser::with_tabs(10);
    let before = browser.server.refreshes.len();

    browser.advance(TOKEN_LIFETIME);

    expect_ten_in_turn(&browser, before);
}

#[test]
fn ten_tabs_that_wake_together_refresh_one_after_another() {
    let mut browser = Browser::with_tabs(10);
    let before = browser.server.refreshes.len();
    for tab in 0..10 {
        browser.freeze(tab);
    }
    browser.advance(TOKEN_LIFETIME);
    for tab in 0..10 {
        browser.thaw(tab);
    }

    browser.advance(secs(2));

    expect_ten_in_turn(&browser, before);
}

#[test]
fn a_frozen_tab_that_refreshes_is_overtaken_after_12_s() {
    let mut browser = holding_refresh_lock(1);
    browser.freeze(0);
    let tab = browser.open(Sight::Seen);
    let since = browser.now();

    browser.advance(secs(11));
    assert!(browser.view(tab).user().is_none());
    browser.advance(secs(2));
    assert_eq!(browser.view(tab).user(), Some(&ada()));
    let (at, _) = browser.server.refreshes.last().expect("a refresh");
    assert!(*at - since <= secs(12) + millis(20));

    browser.thaw(0);
    browser.advance(secs(1));
    assert_eq!(browser.locks.holder(LockName::Refresh), None);
}

#[test]
fn a_dead_tab_that_refreshed_blocks_nobody() {
    let mut browser = holding_refresh_lock(1);
    browser.crash(0);

    let tab = browser.open(Sight::Seen);

    browser.advance(secs(1));
    assert_eq!(browser.view(tab).user(), Some(&ada()));
}

#[test]
fn each_end_of_a_session_gives_all_locks_back() {
    type End = fn(&mut Browser);
    let ends: [End; 4] = [
        |browser| browser.command(0, Command::LogOut),
        |browser| browser.command(1, Command::LogOut),
        |browser| browser.end_session(EndReason::SessionTimeout),
        |browser| {
            browser.end_session(EndReason::Revoked);
            browser.advance(secs(1));
            browser.log_in(1, &bob());
            browser.advance(secs(1));
            browser.command(1, Command::LogOut);
        },
    ];
    for end in ends {
        let mut browser = holding_refresh_lock(2);
        browser.open(Sight::Seen);
        browser.open(Sight::Hidden);
        browser.advance(millis(3));

        end(&mut browser);
        browser.advance(secs(30));

        for tab in browser.present() {
            assert_eq!(browser.locks.claims(tab), [], "tab {tab}");
        }
        assert_eq!(browser.server.sockets(), Vec::<usize>::new());
    }
}

#[test]
fn a_tab_that_stops_while_it_waits_to_refresh_blocks_nobody_for_long() {
    let mut browser = holding_refresh_lock(1);
    let waits = browser.open(Sight::Seen);
    browser.advance(millis(1));
    browser.stash(waits);
    let tab = browser.open(Sight::Seen);

    browser.advance(secs(13));

    assert_eq!(browser.view(tab).user(), Some(&ada()));
}

#[test]
fn a_tab_that_is_about_to_stop_gives_its_turn_to_refresh_back() {
    let mut browser = holding_refresh_lock(1);
    browser.send(0, Input::PageFrozen);
    browser.stash(0);

    let tab = browser.open(Sight::Seen);
    browser.advance(secs(1));

    assert_eq!(browser.view(tab).user(), Some(&ada()));
}

#[test]
fn tabs_that_slept_while_one_refreshed_take_turns_again_when_they_wake() {
    let mut browser = holding_refresh_lock(1);
    let waits = browser.open(Sight::Seen);
    browser.advance(millis(1));
    browser.freeze(0);
    browser.freeze(waits);
    browser.advance(secs(300));
    let before = browser.server.refreshes.len();

    browser.thaw(waits);
    browser.advance(secs(1));
    assert_eq!(
        browser.server.refreshes.len(),
        before,
        "the other holds the turn"
    );
    browser.thaw(0);
    browser.advance(secs(1));

    assert_eq!(browser.view(waits).user(), Some(&ada()));
    browser.expect_one_life();
}

#[test]
fn without_a_network_nobody_refreshes_and_nobody_keeps_the_turn() {
    let mut browser = holding_refresh_lock(1);
    let tab = browser.open(Sight::Seen);
    browser.advance(millis(1));
    browser.tell_all(&Input::WentOffline);
    browser.advance(secs(60));
    assert_eq!(browser.locks.holder(LockName::Refresh), None);
    assert_eq!(browser.world(tab).count("RequestRefresh"), 0);

    browser.tell_all(&Input::WentOnline);
    browser.advance(secs(1));

    browser.expect_one_life();
}

#[test]
fn a_frozen_tab_that_refreshes_is_waited_for_once() {
    let mut browser = holding_refresh_lock(1);
    browser.freeze(0);
    browser.open(Sight::Seen);
    browser.advance(secs(13));

    for _ in 0..3 {
        let tab = browser.open(Sight::Seen);
        browser.advance(secs(1));
        assert_eq!(browser.view(tab).user(), Some(&ada()), "tab {tab}");
    }
}

#[test]
fn a_tab_that_is_about_to_stop_lets_the_others_go_before_it() {
    let mut browser = holding_refresh_lock(1);
    let waits = browser.open(Sight::Seen);
    browser.advance(millis(1));
    assert_eq!(browser.locks.claims(waits), [LockName::Refresh]);

    browser.stash(waits);

    assert_eq!(browser.locks.claims(waits), []);
    browser.restore(waits);
    browser.advance(secs(1));
    assert_eq!(browser.view(waits).user(), Some(&ada()));
}

/// A browser in which a tab holds the refresh lock and waits for the server.
fn holding_refresh_lock(tabs: usize) -> Browser {
    let mut browser = Browser::with_tabs(tabs);
    while browser.locks.holder(LockName::Refresh).is_none() {
        browser.advance(millis(1));
    }
    browser.advance(millis(1));
    browser
}

/// All ten tabs refreshed, one after another.
fn expect_ten_in_turn(browser: &Browser, before: usize) {
    let refreshes = browser.server.refreshes[before..].iter();
    let times: Vec<_> = refreshes.map(|(at, _)| *at).collect();
    assert_eq!(times.len(), 10, "{times:?}");
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] >= millis(20)),
        "{times:?}"
    );
}
