//! Whatever happened before: when faults stop, there is one leader with one socket, and everybody
//! gets every update.

use session_core::Input;
use session_protocol::CloseCode;

use crate::support::{
    browser::{Browser, Sight},
    samples::{millis, secs},
    walk::Draws,
};

/// Most time until all is well after the last fault: a leader that nobody heard of yet is overtaken
/// in 20 s, once a minute, and a server that was gone is found within 30 s.
const HEALED: u64 = 95;

/// Histories of trouble.
const SEEDS: u64 = 200;

#[test]
fn after_any_faults_all_tabs_find_back_to_one_life() {
    for seed in 0..SEEDS {
        let mut browser = troubled(seed);

        let healed = browser.await_health(secs(HEALED));

        assert!(healed, "seed {seed}: {}", browser.story());
        // Who lacks something asks for it once in 5 s.
        browser.advance(secs(6));
        let since = browser.server.last("load");
        browser.advance(secs(10));
        browser.rest();
        assert!(browser.is_healthy(), "seed {seed}: {}", browser.story());
        for tab in 0..browser.opened() {
            let steals = browser.steals.iter().filter(|(_, by)| *by == tab);
            let steals: Vec<_> = steals.map(|(at, _)| *at).collect();
            let apart = steals.windows(2).all(|pair| pair[1] - pair[0] >= secs(60));
            assert!(apart, "seed {seed}, tab {tab}: {steals:?}");
        }
        for tab in browser.present() {
            let received = browser.received(tab, "load");
            let newest: Vec<_> = received.iter().filter(|seq| **seq > since).collect();
            assert_eq!(newest.len(), 20, "seed {seed}, tab {tab}");
            assert!(
                received.windows(2).all(|pair| pair[0] < pair[1]),
                "seed {seed}, tab {tab}"
            );
        }
    }
}

/// A browser in which a lot goes wrong for some minutes, and then nothing any more.
fn troubled(seed: u64) -> Browser {
    let mut draws = Draws::new(seed);
    let mut browser = Browser::with_feed(4);
    for _ in 0..60 {
        trouble(&mut browser, &mut draws);
        let pause = match draws.below(4) {
            0 => millis(draws.below(30)),
            1 => millis(draws.below(1000)),
            _ => millis(draws.below(12_000)),
        };
        browser.advance(pause);
    }
    for tab in browser.present() {
        browser.thaw(tab);
        browser.restore(tab);
    }
    browser.loses = 0;
    browser.server.reachable = true;
    browser.tell_all(&Input::WentOnline);
    browser
}

fn trouble(browser: &mut Browser, draws: &mut Draws) {
    let tabs = browser.present();
    let index = usize::try_from(draws.below(tabs.len() as u64)).expect("few tabs");
    let tab = tabs[index];
    match draws.below(18) {
        0 | 1 => browser.freeze(tab),
        2..5 => browser.thaw(tab),
        5 => browser.hide(tab),
        6 => browser.show(tab),
        7 => browser.stash(tab),
        8 => browser.restore(tab),
        9 | 10 => {
            if draws.below(2) == 0 {
                browser.crash(tab);
            } else {
                browser.close(tab);
            }
            let tab = browser.open([Sight::Seen, Sight::Hidden][index % 2]);
            browser.want(tab, "load");
        }
        11 => browser.rob_leader(),
        12 => browser.grant_twice(tab),
        13 => browser.drop_sockets(CloseCode(1012)),
        14 => browser.loses = 2 + draws.below(9),
        15 => browser.loses = 0,
        16 => {
            if browser.server.reachable {
                browser.server_fails();
            } else {
                browser.server.reachable = true;
            }
        }
        _ => {
            browser.tell_all(&Input::WentOffline);
            browser.advance(millis(draws.below(9000)));
            browser.tell_all(&Input::WentOnline);
        }
    }
}
