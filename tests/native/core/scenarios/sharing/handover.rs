//! How the lead passes on: the leader is closed, dies, is hidden, stops.

use session_core::ConnectionStatus;

use crate::support::{
    browser::{Browser, Sight},
    samples::{millis, secs},
};

#[test]
fn a_leader_that_closes_is_followed_at_once() {
    let mut browser = Browser::with_feed(4);
    for round in 0..20 {
        let leader = browser.leader();
        browser.close(leader);
        let tab = browser.open(Sight::Seen);
        browser.want(tab, "load");

        let took = browser.await_one_life(secs(2));
        assert!(took < secs(1), "round {round} took {took:?}");
        browser.advance(secs(3));

        browser.expect_whole(browser.present());
    }
    assert_eq!(browser.server.opened.len(), 21);
}

#[test]
fn a_leader_that_dies_is_followed_at_once() {
    let mut browser = Browser::with_feed(8);
    for round in 0..7 {
        let leader = browser.leader();
        browser.crash(leader);

        let took = browser.await_one_life(secs(2));
        assert!(took < secs(1), "round {round} took {took:?}");
        browser.advance(millis(3210));

        browser.expect_whole(browser.present());
    }
    assert_eq!(browser.server.opened.len(), 8);
}

#[test]
fn a_hidden_leader_hands_over_to_a_tab_that_is_seen() {
    let mut browser = Browser::with_feed(5);
    for hidden in [1, 2, 4] {
        browser.hide(hidden);
    }

    browser.hide(0);
    browser.advance(secs(12));

    assert_eq!(browser.leader(), 3);
    browser.expect_one_life();
    browser.expect_whole(0..5);
    assert_eq!(
        browser.server.opened.len(),
        2,
        "nobody else opened a socket"
    );
}

#[test]
fn a_glance_at_another_tab_moves_nothing() {
    let mut browser = Browser::with_tabs(3);
    for _ in 0..10 {
        browser.hide(0);
        browser.advance(secs(4));
        browser.show(0);
        browser.advance(secs(20));
    }

    assert_eq!(browser.leader(), 0);
    assert_eq!(browser.server.opened.len(), 1);
}

#[test]
fn a_user_who_goes_from_tab_to_tab_takes_the_lead_along() {
    let mut browser = Browser::with_feed(3);
    let mut seen = 0;
    for tab in [1, 2] {
        browser.hide(tab);
    }
    for next in [1, 2, 0, 2, 1, 0] {
        browser.hide(seen);
        browser.show(next);
        browser.advance(secs(60));
        assert_eq!(browser.leader(), next);
        seen = next;
    }

    browser.expect_whole(0..3);
    assert_eq!(browser.server.opened.len(), 7);
}

#[test]
fn a_user_who_goes_to_and_fro_does_not_move_the_lead_each_time() {
    let mut browser = Browser::with_feed(5);
    let mut seen = 0;
    for tab in 1..5 {
        browser.hide(tab);
    }
    let since = browser.now();
    for round in 1..40 {
        let next = round % 3;
        browser.hide(seen);
        browser.show(next);
        browser.advance(secs(8));
        seen = next;
    }
    let minutes = usize::try_from((browser.now() - since).as_secs() / 60).expect("a few");

    browser.advance(secs(70));

    assert_eq!(browser.leader(), seen);
    let opened = browser.server.opened.len();
    assert!(
        opened <= 3 * (minutes + 2),
        "{opened} sockets in {minutes} min"
    );
    browser.expect_whole(0..5);
}

#[test]
fn among_hidden_tabs_nothing_moves() {
    let mut browser = Browser::with_feed(3);
    for tab in 0..3 {
        browser.hide(tab);
    }

    browser.advance(secs(600));

    browser.expect_one_life();
    assert_eq!(browser.server.opened.len(), 1);
    browser.expect_whole([2]);
}

#[test]
fn a_tab_that_came_to_lead_while_hidden_hands_over_too() {
    let mut browser = Browser::with_tabs(3);
    browser.hide(1);
    browser.crash(0);
    browser.advance(secs(1));
    assert_eq!(browser.leader(), 1);

    browser.advance(secs(15));

    assert_eq!(browser.leader(), 2);
}

#[test]
fn a_tab_that_closes_when_the_lead_is_handed_to_it_loses_nothing() {
    let mut browser = Browser::with_feed(3);
    browser.hide(0);
    browser.hide(1);
    while browser.leader() == 0 {
        browser.advance(millis(1));
    }

    browser.crash(2);

    browser.await_one_life(secs(3));
    browser.advance(secs(3));
    browser.expect_whole([0, 1]);
}

#[test]
fn a_leader_that_is_about_to_stop_gives_lock_and_socket_back() {
    let mut browser = Browser::with_feed(2);

    browser.stash(0);
    assert_eq!(browser.locks.claims(0), []);

    browser.advance(secs(1));
    assert_eq!(browser.leader(), 1);
    assert_eq!(browser.server.sockets(), [1]);
    assert_eq!(browser.view(1).connection, ConnectionStatus::Live);
}

#[test]
fn a_page_that_comes_back_queues_again_and_misses_nothing() {
    let mut browser = Browser::with_feed(3);
    browser.stash(0);
    browser.stash(2);
    browser.advance(secs(10));

    browser.restore(0);
    browser.restore(2);

    browser.await_one_life(secs(2));
    browser.advance(secs(3));
    browser.expect_whole(0..3);
    assert!(
        browser.world(0).count("AskSession") > 0,
        "it asked how the session is"
    );
}

#[test]
fn the_only_tab_leads_again_when_it_comes_back() {
    let mut browser = Browser::with_feed(1);
    browser.stash(0);
    browser.advance(secs(10));
    assert_eq!(browser.server.sockets(), Vec::<usize>::new());

    browser.restore(0);

    browser.await_one_life(secs(1));
    browser.advance(secs(1));
    browser.expect_whole([0]);
}
