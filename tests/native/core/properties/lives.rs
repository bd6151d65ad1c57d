//! Whole lives: the client keeps its promises, and the same life goes the same way each time.

use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::{collection::vec, prelude::*};
use session_core::{Client, Input, Moment};

use super::{
    client::Page,
    gate::cases,
    values::{act, life, shared_life, time},
};
use crate::support::samples::{millis, secs};

/// Returns everything that decides what the client does next, as a number.
fn decides(client: &Client) -> u64 {
    let mut hasher = DefaultHasher::new();
    client.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    // A case is a life of up to 150 acts.
    #![proptest_config(cases(512))]

    #[test]
    fn every_promise_is_kept_after_every_act(life in life(150)) {
        life.live();
    }

    #[test]
    fn every_promise_is_kept_by_tabs_that_share(life in shared_life(150)) {
        life.live();
    }

    /// The same facts give the same orders, the same view and the same state, on every machine.
    #[test]
    fn the_same_life_goes_the_same_way(life in life(60)) {
        let (mut once, mut twice) = (Page::new(life.deployment), Page::new(life.deployment));
        for act in &life.acts {
            prop_assert_eq!(once.act(act), twice.act(act));
            prop_assert_eq!(decides(&once.client), decides(&twice.client));
        }
        prop_assert_eq!(once.client.view(), twice.client.view());
        prop_assert_eq!(format!("{:?}", once.client), format!("{:?}", twice.client));
    }

    /// A copy goes on as the original does, and leaves it alone.
    #[test]
    fn a_copy_goes_its_own_way(life in life(40), others in vec(act(), 1..20)) {
        let original = life.live();
        let before = format!("{:?}", original.client);
        let (mut copy, mut control) = (original.clone(), life.live());
        for act in &others {
            prop_assert_eq!(copy.act(act), control.act(act));
        }
        prop_assert_eq!(format!("{:?}", original.client), before);
    }

    /// The record explains; it never decides.
    #[test]
    fn the_record_changes_nothing(life in life(60)) {
        let (mut with, mut without) = (Page::new(life.deployment), Page::new(life.deployment));
        without.client = without.client.without_timeline();
        for act in &life.acts {
            prop_assert_eq!(with.act(act), without.act(act));
        }
        prop_assert_eq!(decides(&with.client), decides(&without.client));
        prop_assert_eq!(without.client.timeline().entries().count(), 0);
    }

    /// A clock that goes back, which a monotonic clock may not, costs nothing: time stands still.
    #[test]
    fn time_never_goes_back(life in life(40), back in time(millis(1), secs(1_000_000)), act in act()) {
        let (mut page, mut control) = (life.live(), life.live());
        prop_assert_eq!(page.send(&Input::DeadlineReached), control.send(&Input::DeadlineReached));
        let stands = page.now;
        page.now = Moment {
            monotonic: stands.monotonic.saturating_sub(back),
            wall: stands.wall,
        };
        prop_assert!(page.client.handle(Input::DeadlineReached, page.now).is_empty());
        prop_assert!(control.send(&Input::DeadlineReached).is_empty());
        prop_assert_eq!(decides(&page.client), decides(&control.client));
        // The clock is mended, and the life goes on as if nothing had been.
        page.now = stands;
        prop_assert_eq!(page.act(&act), control.act(&act));
        prop_assert_eq!(decides(&page.client), decides(&control.client));
    }

    /// The shell may report a deadline too early, as a split timer does: nothing happens.
    #[test]
    fn a_report_that_comes_too_early_changes_nothing(life in life(60)) {
        let mut page = life.live();
        let _ = page.send(&Input::DeadlineReached);
        let (deadline, state) = (page.client.next_deadline(), decides(&page.client));
        prop_assert!(page.send(&Input::DeadlineReached).is_empty());
        prop_assert_eq!(page.client.next_deadline(), deadline);
        prop_assert_eq!(decides(&page.client), state);
    }
}
