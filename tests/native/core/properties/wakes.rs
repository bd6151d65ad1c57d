//! Everything that wakes a page leads to one question.

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Input, Presence};

use super::{
    gate::gate,
    values::{endless, time},
};
use crate::support::{
    samples::{logged_out, millis, secs},
    world::World,
};

/// A page with an endless session and no socket.
fn page() -> World {
    let mut world = World::new();
    world.start(Presence::Present);
    world.answer_refresh_with(endless());
    world.close(4404, "");
    world
}

fn wake() -> impl Strategy<Value = Input> {
    select(vec![
        Input::PageShown { persisted: false },
        Input::PageShown { persisted: true },
        Input::PageResumed,
        Input::PageFocused,
        Input::WentOnline,
    ])
}

/// Wakes with the milliseconds between them; together they take less than a second.
fn wakes() -> impl Strategy<Value = Vec<(u64, Input)>> {
    vec((0..50_u64, wake()), 1..16)
}

proptest! {
    #![proptest_config(gate())]

    /// Whatever wakes the page, in whatever order, and even if the answer comes between two of the
    /// wakes: one question (R69).
    #[test]
    fn wakes_within_a_moment_share_one_question(
        wakes in wakes(),
        answer_after in 0..20_usize,
        offline in any::<bool>(),
    ) {
        let mut world = page();
        world.advance(secs(5));
        if offline {
            world.send(Input::WentOffline);
        }
        world.send(Input::PageHidden);
        world.pass(secs(100));
        world.forget_log();
        let mut asked = 0;
        // A page without a network asks when the network is back.
        world.send(Input::WentOnline);
        for (number, (gap, wake)) in wakes.into_iter().enumerate() {
            world.advance(millis(gap));
            world.send(wake);
            asked = world.count("AskSession");
            if asked == 1 && number == answer_after {
                world.answer_session_active(endless());
            }
        }
        prop_assert!(asked <= 1, "{} questions", asked);
        prop_assert!(asked == 1 || !offline, "no question");
    }

    /// A glance at a page whose server spoke a moment ago asks nothing; after a minute it does.
    #[test]
    fn a_glance_asks_only_about_what_is_stale(
        age in time(millis(1), secs(200)),
        wake in select(vec![Input::PageShown { persisted: false }, Input::PageFocused]),
    ) {
        let mut world = page();
        world.pass(age);
        world.forget_log();
        world.send(wake);
        prop_assert_eq!(world.count("AskSession") == 1, age > secs(60));
    }

    /// A page that was cut off asks whenever it is back, unless it has just asked.
    #[test]
    fn a_page_that_was_cut_off_asks(
        age in time(secs(2), secs(200)),
        wake in select(vec![Input::PageShown { persisted: true }, Input::PageResumed]),
    ) {
        let mut world = page();
        world.pass(age);
        world.forget_log();
        world.send(wake);
        prop_assert_eq!(world.count("AskSession"), 1);
    }

    /// Nobody is asked about a session that is not there.
    #[test]
    fn an_anonymous_page_wakes_in_silence(wakes in wakes()) {
        let mut world = World::new();
        world.start(logged_out());
        world.forget_log();
        for (gap, wake) in wakes {
            world.advance(millis(gap));
            world.send(wake);
        }
        prop_assert_eq!(world.log().count(), 0);
    }
}
