//! What followers get and give through the leader: each update once and in order, whatever happens
//! to the leader, the socket or the server.

use session_core::{ConnectionStatus, Effect};
use session_protocol::{CloseCode, ServerMessage, TabNoticeKind};

use crate::support::{
    browser::{Browser, Sight},
    samples::{millis, secs, update},
    states::led,
};

#[test]
fn ten_tabs_get_each_update_once_through_one_subscription() {
    let mut browser = Browser::with_feed(10);
    let subscriptions = browser.server.subscriptions;

    browser.advance(secs(120));

    browser.expect_whole(0..10);
    assert_eq!(browser.server.subscriptions, subscriptions);
}

#[test]
fn a_tab_that_wants_a_topic_before_it_knows_its_leader_asks_for_it_once() {
    let mut browser = Browser::with_feed(2);
    let since = browser.now();
    let tab = browser.open(Sight::Seen);
    browser.want(tab, "load");
    browser.advance(secs(3));

    let wanting = browser
        .notices(since)
        .filter(|(_, notice)| notice.kind.name() == "wanting");
    assert_eq!(wanting.count(), 1);
    browser.expect_whole(0..3);
}

#[test]
fn a_lost_connection_loses_no_update() {
    for delay in 0..12 {
        let mut browser = Browser::with_feed(3);
        browser.advance(millis(83 * delay));

        browser.drop_sockets(CloseCode::ABNORMAL);
        browser.await_one_life(secs(31));
        browser.advance(secs(5));

        browser.expect_whole(0..3);
    }
}

#[test]
fn a_server_that_starts_its_count_over_is_heard_by_all() {
    let mut browser = Browser::with_feed(4);
    browser.advance(secs(20));

    browser.server_restarts();
    browser.await_one_life(secs(31));
    browser.advance(secs(5));

    browser.rest();
    let newest = browser.server.last("load");
    for tab in 0..4 {
        let received = browser.received(tab, "load");
        let anew = received.windows(2).position(|pair| pair[1] < pair[0]);
        let anew = anew.expect("the count began anew") + 1;
        assert_eq!(received[anew..], (1..=newest).collect::<Vec<_>>());
    }
}

#[test]
fn a_server_that_starts_its_count_over_while_the_leader_dies_is_heard_by_all() {
    let mut browser = Browser::with_feed(4);
    browser.advance(secs(20));

    browser.server_restarts();
    browser.crash(0);
    browser.await_one_life(secs(31));
    browser.advance(secs(5));

    browser.rest();
    let newest = browser.server.last("load");
    for tab in 1..4 {
        assert_eq!(browser.received(tab, "load").last(), Some(&newest));
    }
}

#[test]
fn a_tab_that_subscribes_late_gets_the_replay_and_nobody_else_anything_twice() {
    for delay in 0..20 {
        let mut browser = Browser::with_feed(3);
        let late = browser.open(Sight::Seen);
        browser.advance(secs(10) + millis(25 * delay));

        browser.want(late, "load");
        browser.advance(secs(3));

        browser.expect_whole([0, 1, 2, late]);
    }
}

#[test]
fn a_leader_that_subscribes_late_gets_the_replay_too() {
    let mut browser = Browser::with_tabs(3);
    browser.want(2, "load");
    browser.publish_every(millis(500));
    browser.advance(secs(10));

    browser.want(0, "load");
    browser.advance(secs(3));

    browser.expect_whole([0, 2]);
}

#[test]
fn a_replay_that_a_lost_connection_takes_away_comes_after_it() {
    for late in [0, 1] {
        for delay in 0..25 {
            let mut browser = Browser::with_tabs(3);
            browser.want(2, "load");
            browser.publish_every(millis(500));
            browser.advance(secs(10));

            browser.want(late, "load");
            browser.advance(millis(delay));
            browser.drop_sockets(CloseCode::ABNORMAL);
            browser.await_one_life(secs(31));
            browser.advance(secs(3));

            browser.expect_whole([late, 2]);
        }
    }
}

#[test]
fn nine_tabs_that_subscribe_at_once_share_a_replay() {
    let mut browser = Browser::with_tabs(10);
    browser.want(0, "load");
    browser.publish_every(millis(500));
    browser.advance(secs(10));
    let before = browser.server.subscriptions;

    for tab in 1..10 {
        browser.want(tab, "load");
    }
    browser.advance(secs(3));

    assert_eq!(browser.server.subscriptions, before + 1);
    browser.expect_whole(0..10);
}

#[test]
fn tabs_that_slept_for_different_times_get_what_each_missed() {
    let mut browser = Browser::with_feed(4);
    for tab in [1, 2, 3] {
        browser.stash(tab);
        browser.advance(secs(5));
    }

    for tab in [3, 2, 1] {
        browser.restore(tab);
    }
    browser.advance(secs(2));

    browser.expect_whole(0..4);
}

#[test]
fn a_tab_that_slept_while_the_count_began_anew_is_heard_again() {
    let mut browser = Browser::with_feed(3);
    browser.advance(secs(60));
    browser.stash(2);
    browser.server_restarts();
    browser.advance(secs(35));

    browser.restore(2);
    browser.advance(secs(7));

    browser.rest();
    for tab in 0..3 {
        let received = browser.received(tab, "load");
        assert_eq!(
            received.last(),
            Some(&browser.server.last("load")),
            "tab {tab}"
        );
        let back = received.windows(2).filter(|pair| pair[1] <= pair[0]);
        assert_eq!(back.count(), 1, "tab {tab}");
    }
}

#[test]
fn a_tab_that_slept_gets_what_it_missed() {
    for delay in 0..20 {
        let mut browser = Browser::with_feed(3);
        browser.stash(2);
        browser.advance(secs(10) + millis(25 * delay));

        browser.restore(2);
        browser.advance(secs(3));

        browser.expect_whole(0..3);
    }
}

#[test]
fn a_tab_that_leaves_a_topic_leaves_it_to_the_others() {
    for leaves in 0..3 {
        let mut browser = Browser::with_feed(3);

        browser.want_no_more(leaves, "load");
        browser.advance(secs(5));

        let others = (0..3).filter(|tab| *tab != leaves);
        browser.expect_whole(others);
        assert_eq!(browser.server.subscribed(), ["load"]);
    }
}

#[test]
fn a_topic_that_nobody_wants_is_left() {
    let mut browser = Browser::with_feed(3);
    for tab in [1, 0, 2] {
        browser.want_no_more(tab, "load");
        browser.advance(secs(1));
    }

    assert_eq!(browser.server.subscribed(), Vec::<String>::new());
}

#[test]
fn a_tab_that_comes_back_to_a_topic_begins_with_the_replay() {
    let mut browser = Browser::with_feed(3);
    browser.want_no_more(1, "load");
    browser.advance(secs(5));

    browser.want(1, "load");
    browser.advance(secs(3));

    browser.expect_whole(0..3);
}

#[test]
fn each_topic_has_its_own_followers() {
    let mut browser = Browser::with_tabs(3);
    browser.want(1, "log");
    browser.want(2, "load");
    browser.advance(secs(1));
    for _ in 0..3 {
        browser.publish("log");
        browser.publish("load");
        browser.advance(millis(100));
    }

    browser.crash(0);
    browser.await_one_life(secs(2));
    browser.publish("log");
    browser.publish("load");
    browser.advance(millis(100));

    assert_eq!(browser.received(1, "log"), [1, 2, 3, 4]);
    assert_eq!(browser.received(2, "load"), [1, 2, 3, 4]);
}

#[test]
fn two_leaders_at_once_double_and_lose_nothing() {
    for delay in 0..20 {
        let mut browser = Browser::with_feed(5);
        browser.advance(millis(40 * delay));
        browser.freeze(0);
        browser.advance(secs(25));
        browser.thaw(0);
        browser.grant_twice(0);
        browser.advance(millis(30));
        browser.grant_twice(3);

        browser.await_one_life(secs(5));
        browser.advance(secs(3));

        browser.expect_whole(0..5);
    }
}

#[test]
fn updates_go_on_while_the_leader_changes_again_and_again() {
    let mut browser = Browser::with_feed(6);
    for round in 0_u64..40 {
        let leader = browser.leader();
        match round % 4 {
            0 => browser.hide(leader),
            1 => browser.rob_leader(),
            2 => browser.drop_sockets(CloseCode(1012)),
            _ => {
                browser.freeze(leader);
                browser.advance(secs(25));
                browser.thaw(leader);
            }
        }
        browser.advance(millis(1000 + 77 * round));
        for tab in 0..6 {
            browser.show(tab);
        }
    }

    browser.await_one_life(secs(31));
    browser.advance(secs(3));
    browser.expect_whole(0..6);
}

#[test]
fn a_tab_that_subscribes_while_the_leader_reconnects_gets_the_replay() {
    let mut browser = Browser::with_feed(1);
    browser.open(Sight::Seen);
    browser.advance(secs(5));
    browser.server_fails();
    browser.advance(millis(100));

    browser.want(1, "load");
    browser.server.reachable = true;
    browser.await_one_life(secs(31));
    browser.advance(secs(1));

    browser.expect_whole(0..2);
}

#[test]
fn a_tab_that_missed_a_change_of_leaders_gets_all_updates() {
    let mut browser = Browser::with_tabs(4);
    browser.want(3, "load");
    browser.publish_every(millis(500));
    browser.advance(secs(5));
    browser.deafen(3);
    browser.crash(0);
    browser.advance(secs(3));

    browser.hear_again(3);
    browser.advance(secs(10));

    browser.expect_one_life();
    browser.expect_whole([3]);
}

#[test]
fn a_replay_that_comes_out_empty_is_not_taken_for_the_next_one() {
    let mut world = led();
    for (seq, after) in [(50, Some(3)), (51, None)] {
        let topic = "load".to_owned();
        world.hear(TabNoticeKind::Wanting { topic, after }, "s-1", seq);
    }

    world.receive(update(1));

    let told = world.orders().find_map(|order| match order {
        Effect::NotifyTabs(notice) => Some(&notice.kind),
        _ => None,
    });
    assert!(
        matches!(
            told,
            Some(TabNoticeKind::Update {
                seq: 1,
                after: 0,
                ..
            })
        ),
        "{told:?}"
    );
}

#[test]
fn an_update_that_nobody_subscribed_to_reaches_all() {
    let mut browser = Browser::with_tabs(4);
    for tab in 1..4 {
        browser.hide(tab);
    }
    browser.crash(0);
    browser.advance(secs(1));

    browser.server_says(&ServerMessage::DataUpdate {
        topic: "news".to_owned(),
        seq: 7,
        payload: 7.into(),
    });
    browser.advance(secs(1));

    for tab in 1..4 {
        assert_eq!(browser.received(tab, "news"), [7], "tab {tab}");
    }
}

#[test]
fn a_tab_alone_gets_its_updates_itself() {
    let mut browser = Browser::with_feed(3);
    browser.deafen(2);
    browser.advance(secs(40));

    assert_eq!(browser.view(2).connection, ConnectionStatus::Live);
    browser.expect_whole(0..3);
}
