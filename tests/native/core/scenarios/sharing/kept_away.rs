//! The server keeps its clients away, for a while or for good: that is said to one tab and holds for
//! all of them.

use session_core::{Command, ConnectionStatus};
use session_protocol::{CloseCode, EndReason, ServerMessage};

use crate::support::{
    browser::{Browser, Sight},
    samples::{ada, millis, secs},
};

const WINDOW: u64 = 60;

#[test]
fn a_socket_that_is_refused_for_good_is_tried_by_no_other_tab() {
    for code in [4404, 4409] {
        let mut browser = Browser::with_tabs(4);

        browser.drop_sockets(CloseCode(code));
        browser.advance(secs(600));

        assert_eq!(browser.server.opened.len(), 1, "{code}");
        assert_eq!(browser.steals, [], "{code}");
        assert_eq!(browser.connections(), [ConnectionStatus::Degraded; 4]);
        let tab = browser.open(Sight::Seen);
        browser.advance(secs(10));
        assert_eq!(browser.view(tab).connection, ConnectionStatus::Degraded);
        assert_eq!(browser.server.opened.len(), 1, "{code}, a new tab");
    }
}

#[test]
fn whoever_leads_after_a_refused_tab_tries_once() {
    let mut browser = Browser::with_tabs(3);
    browser.drop_sockets(CloseCode(4409));
    browser.advance(secs(30));
    let leader = browser.leader();

    browser.close(leader);
    browser.await_one_life(secs(2));

    assert_eq!(browser.server.opened.len(), 2);
}

#[test]
fn a_hidden_tab_that_is_refused_hands_nothing_over() {
    let mut browser = Browser::with_tabs(2);
    browser.drop_sockets(CloseCode(4404));
    browser.hide(0);

    browser.advance(secs(600));

    assert_eq!(browser.server.opened.len(), 1);
}

#[test]
fn a_window_that_the_server_told_is_kept_whoever_leads() {
    type Change = fn(&mut Browser, usize);
    let changes: [Change; 4] = [|_, _| {}, Browser::hide, Browser::close, Browser::crash];
    for (number, change) in changes.into_iter().enumerate() {
        let mut latest = secs(0);
        for leader in 0..8 {
            let mut browser = led_by(leader);
            let opened = browser.server.opened.len();
            restart(&mut browser);
            let since = browser.now();
            browser.advance(millis(50));
            change(&mut browser, leader);

            browser.await_health(secs(WINDOW + 5));

            let next = browser.server.opened[opened..].iter();
            let next: Vec<_> = next.map(|(at, _)| *at - since).collect();
            assert_eq!(next.len(), 1, "{number}: {next:?}");
            latest = latest.max(next[0]);
            browser.expect_one_life();
        }
        // What each leader draws is its own.
        assert!(latest > secs(WINDOW / 2), "{number}: {latest:?}");
    }
}

#[test]
fn a_login_waits_for_no_window() {
    let mut browser = Browser::with_tabs(2);
    restart(&mut browser);
    browser.advance(secs(1));
    browser.end_session(EndReason::Revoked);
    browser.command(0, Command::LogOut);
    browser.advance(secs(1));

    browser.log_in(0, &ada());

    browser.await_one_life(secs(2));
}

/// Four tabs; that of this number leads.
fn led_by(tab: usize) -> Browser {
    let mut browser = Browser::with_tabs(4);
    while browser.leader() < tab {
        browser.close(browser.leader());
        browser.open(Sight::Seen);
        browser.await_one_life(secs(5));
    }
    browser
}

/// The server goes away and tells when to come back.
fn restart(browser: &mut Browser) {
    browser.server_says(&ServerMessage::GoingAway {
        reconnect_within: secs(WINDOW),
    });
    browser.advance(secs(1));
    browser.drop_sockets(CloseCode(1012));
}
