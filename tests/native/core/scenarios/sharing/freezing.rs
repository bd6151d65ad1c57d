//! A leader that stops without a word keeps its lock: who may take it, and how often.

use session_core::{ConnectionStatus, Input};
use session_protocol::TabNoticeKind;

use crate::support::{
    browser::{Browser, Sight},
    samples::{millis, secs},
};

#[test]
fn a_frozen_leader_is_overtaken_within_20_s() {
    for delay in 0..10 {
        let mut browser = Browser::with_feed(3);
        browser.advance(millis(600 * delay));
        browser.freeze(0);

        browser.advance(secs(20));

        assert_ne!(browser.leader(), 0);
        assert_eq!(browser.steals.len(), 1);
        browser.expect_whole(1..3);
        browser.thaw(0);
        browser.await_one_life(secs(1));
        browser.advance(secs(60));
        assert_ne!(browser.leader(), 0);
        browser.expect_whole([0]);
        assert_eq!(
            browser.steals.len(),
            1,
            "the robbed one does not steal back"
        );
    }
}

#[test]
fn hidden_followers_take_nothing_until_one_is_seen() {
    let mut browser = Browser::with_tabs(3);
    browser.hide(1);
    browser.hide(2);
    browser.freeze(0);

    browser.advance(secs(600));
    assert_eq!(browser.steals, []);
    browser.show(2);
    browser.advance(secs(2));

    assert_eq!(browser.leader(), 2);
    assert_eq!(browser.steals.len(), 1);
}

#[test]
fn a_leader_that_freezes_after_a_hand_over_is_overtaken_within_20_s() {
    let mut browser = Browser::with_tabs(2);
    // To the second and back: each took the lead from the other as a hidden tab.
    for (hidden, seen) in [(0, 1), (1, 0)] {
        browser.show(seen);
        browser.hide(hidden);
        browser.advance(secs(12));
        assert_eq!(browser.leader(), seen);
    }
    browser.freeze(0);
    browser.show(1);

    browser.advance(secs(20));

    assert_eq!(browser.leader(), 1);
    assert_eq!(browser.hand_overs.len(), 2);
}

#[test]
fn of_nine_followers_one_takes_the_lead() {
    let mut browser = Browser::with_tabs(10);
    browser.advance(secs(60));
    browser.freeze(0);

    browser.advance(secs(20));

    assert_eq!(browser.steals.len(), 1);
    assert_eq!(browser.server.opened.len(), 2);
}

#[test]
fn on_a_busy_machine_too_one_follower_takes_the_lead() {
    for before in 0..30 {
        let mut browser = Browser::with_tabs(1);
        // Each tab draws other moments.
        for _ in 0..before {
            let tab = browser.open(Sight::Seen);
            browser.close(tab);
        }
        browser.near = millis(200);
        for _ in 0..3 {
            browser.open(Sight::Seen);
        }
        browser.advance(secs(60));
        for round in 1..=10 {
            let leader = browser.leader();
            browser.freeze(leader);
            while browser.steals.len() < round {
                browser.advance(millis(500));
            }
            browser.advance(secs(1));
            assert_ne!(browser.leader(), leader);
            browser.thaw(leader);
            browser.advance(secs(4));

            let steals = &browser.steals;
            assert_eq!(steals.len(), round, "{before}: {steals:?}");
        }
    }
}

#[test]
fn a_tab_that_hears_late_knows_that_the_lead_was_taken() {
    for slower in [0, 30, 100, 300] {
        let mut browser = Browser::with_tabs(4);
        browser.slower = millis(slower);
        browser.advance(secs(60));
        let first = browser.leader();
        browser.freeze(first);
        browser.advance(secs(20));
        let second = browser.leader();
        browser.freeze(second);

        browser.advance(secs(80));

        let steals = &browser.steals;
        assert_eq!(steals.len(), 2, "{slower} ms: {steals:?}");
        assert!(
            steals[1].0 - steals[0].0 >= secs(60),
            "{slower} ms: {steals:?}"
        );
    }
}

#[test]
fn if_the_one_that_goes_first_stops_too_the_next_takes_the_lead() {
    let mut browser = Browser::with_tabs(3);
    browser.freeze(0);
    browser.advance(secs(10));
    browser.freeze(1);

    browser.advance(secs(10));

    assert_eq!(browser.leader(), 2);
    let steals = &browser.steals;
    assert!(
        steals[0].0 >= secs(17),
        "the first had its time: {steals:?}"
    );
}

#[test]
fn freezing_and_thawing_50_times_steals_once_a_minute_at_most() {
    let mut browser = Browser::with_tabs(4);
    for _ in 0..50 {
        browser.send(3, Input::UserWasActive);
        let leader = browser.leader();
        browser.freeze(leader);
        browser.advance(secs(21));
        browser.thaw(leader);
        browser.advance(secs(4));
    }

    browser.await_one_life(secs(1));
    let steals = &browser.steals;
    assert!(steals.len() > 10, "{steals:?}");
    assert!(
        steals
            .windows(2)
            .all(|pair| pair[1].0 - pair[0].0 >= secs(60)),
        "{steals:?}"
    );
}

#[test]
fn of_all_that_waited_for_the_same_minute_one_steals() {
    for seed in 0..20 {
        let mut browser = Browser::with_tabs(6);
        browser.advance(millis(137 * seed));
        let first = browser.leader();
        browser.freeze(first);
        browser.advance(secs(21));
        let second = browser.leader();
        browser.freeze(second);

        browser.advance(secs(80));

        assert_eq!(browser.steals.len(), 2, "{:?}", browser.steals);
    }
}

#[test]
fn a_tab_that_took_the_lead_takes_it_again_after_a_minute_at_the_soonest() {
    let mut browser = Browser::with_tabs(2);
    browser.freeze(0);
    browser.advance(secs(20));
    assert_eq!(browser.leader(), 1);
    browser.hide(1);
    browser.open(Sight::Seen);
    browser.advance(secs(7));
    assert_eq!(browser.leader(), 2);
    browser.freeze(2);
    browser.show(1);

    browser.advance(secs(30));
    assert_eq!(browser.leader(), 2);
    browser.advance(secs(30));
    assert_eq!(browser.leader(), 1);
}

#[test]
fn a_follower_that_thaws_does_not_take_the_lead_from_a_sound_leader() {
    for delay in 0..10 {
        let mut browser = Browser::with_feed(2);
        browser.advance(millis(600 * delay));
        browser.freeze(1);
        browser.advance(secs(300));

        browser.thaw(1);
        browser.advance(secs(10));

        assert_eq!(browser.steals, []);
        browser.expect_one_life();
        browser.expect_whole([1]);
    }
}

#[test]
fn a_tab_that_gets_the_lock_while_it_is_frozen_is_overtaken_too() {
    let mut browser = Browser::with_feed(3);
    browser.freeze(1);
    browser.crash(0);

    browser.advance(secs(20));
    assert_eq!(browser.leader(), 2);
    browser.thaw(1);

    browser.await_one_life(secs(5));
    browser.advance(secs(5));
    browser.expect_whole([1, 2]);
}

#[test]
fn a_server_that_is_gone_is_no_reason_to_steal_again_and_again() {
    let mut browser = Browser::with_tabs(6);

    browser.server_fails();
    browser.advance(secs(600));

    let steals = &browser.steals;
    assert!(
        steals
            .windows(2)
            .all(|pair| pair[1].0 - pair[0].0 >= secs(60)),
        "{steals:?}"
    );
    browser.server.reachable = true;
    browser.await_one_life(secs(31));
}

#[test]
fn a_leader_whose_connection_breaks_has_15_s_to_mend_it() {
    let mut browser = Browser::with_tabs(6);
    browser.advance(secs(4));

    browser.server_fails();
    browser.advance(millis(14_900));

    assert_eq!(browser.steals, []);
    browser.server.reachable = true;
    browser.await_one_life(secs(31));
}

#[test]
fn a_leader_that_has_mended_its_connection_has_all_the_time_again() {
    let mut mended = 0;
    // Each leader draws other waits.
    for leader in 0..60 {
        let mut browser = Browser::with_tabs(1);
        for gone in 0..leader {
            browser.open(Sight::Seen);
            browser.advance(secs(1));
            browser.close(gone);
            browser.advance(secs(1));
        }
        browser.open(Sight::Seen);
        browser.open(Sight::Seen);
        browser.advance(secs(10));
        browser.server_fails();
        browser.advance(secs(10));
        browser.server.reachable = true;
        browser.advance(millis(4_500));
        if browser.view(leader).connection != ConnectionStatus::Live {
            continue;
        }

        browser.advance(secs(30));

        assert_eq!(browser.steals, [], "{leader}");
        mended += 1;
    }
    assert!(mended > 5, "{mended}");
}

#[test]
fn who_is_looked_at_again_asks_for_the_leader_at_once() {
    for since in 0..10 {
        let mut browser = Browser::with_tabs(3);
        browser.hide(1);
        browser.advance(millis(20_000 + 700 * since));
        let shown = browser.now();

        browser.show(1);
        browser.advance(millis(100));

        let asked = browser
            .notices(shown)
            .any(|(tab, notice)| tab == 1 && matches!(notice.kind, TabNoticeKind::Asking { .. }));
        assert!(asked, "{since}");
    }
}

#[test]
fn a_network_that_comes_back_is_no_reason_to_steal() {
    for noticed in [secs(0), secs(5)] {
        let mut browser = Browser::with_feed(4);
        browser.server_fails();
        browser.advance(noticed);
        browser.tell_all(&Input::WentOffline);
        browser.advance(secs(20));

        browser.tell_all(&Input::WentOnline);
        browser.advance(secs(3));
        browser.server.reachable = true;

        browser.await_one_life(secs(31));
        assert_eq!(browser.steals, []);
        browser.advance(secs(3));
        browser.expect_whole(0..4);
    }
}

#[test]
fn a_tab_that_opens_beside_a_frozen_leader_leads_within_20_s() {
    let mut browser = Browser::with_tabs(1);
    browser.freeze(0);
    let tab = browser.open(Sight::Seen);

    browser.advance(secs(20));

    assert_eq!(browser.leader(), tab);
    assert_eq!(
        browser.server.sockets(),
        [0, tab],
        "the frozen one does not know yet"
    );
    browser.thaw(0);
    browser.await_one_life(secs(1));
}
