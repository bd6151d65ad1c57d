//! Two clocks: if they drift apart the server is asked, and no clock decides anything.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use session_core::{Assurance, Input, Presence};

use super::{
    gate::gate,
    values::{endless, time},
};
use crate::support::{
    samples::{millis, secs},
    world::World,
};

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
const TOLERANCE: Duration = Duration::from_secs(5);
const LONG_SLEEP: Duration = Duration::from_secs(8 * 3600);

/// A page with an endless session and no socket, asked for nothing lately.
fn quiet() -> World {
    let mut world = World::new();
    world.start(Presence::Present);
    world.answer_refresh_with(endless());
    world.close(4404, "");
    world.advance(secs(10));
    world.forget_log();
    world
}

fn jump(world: &mut World, by: Duration, forward: bool) {
    if forward {
        world.set_wall_forward(by);
    } else {
        world.set_wall_back(by);
    }
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn a_small_drift_is_noise(by in time(millis(1), TOLERANCE), forward in any::<bool>()) {
        let mut world = quiet();
        jump(&mut world, by, forward);
        world.send(Input::UserWasActive);
        prop_assert_eq!(world.count("AskSession"), 0);
        prop_assert_eq!(world.view().assurance, Assurance::Verified);
    }

    /// A jump of up to ten years, either way, asks one question and ends nothing; the server's word
    /// makes the session verified again.
    #[test]
    fn a_jump_asks_the_server_once(
        by in time(TOLERANCE + millis(1), TEN_YEARS),
        forward in any::<bool>(),
        facts in 1..20_usize,
    ) {
        let mut world = quiet();
        let before = world.view();
        jump(&mut world, by, forward);
        for _ in 0..facts {
            world.send(Input::UserWasActive);
        }
        let after = world.view();
        prop_assert_eq!(world.count("AskSession"), 1);
        prop_assert_eq!(after.user(), before.user());
        prop_assert_eq!(after.epoch, before.epoch);
        let slept = forward && by >= LONG_SLEEP;
        let expected = if slept { Assurance::Covered } else { Assurance::Unverified };
        prop_assert_eq!(after.assurance, expected);
        world.answer_session_active(endless());
        prop_assert_eq!(world.view().assurance, Assurance::Verified);
    }

    /// Drift adds up: small steps in one direction are noticed as one large one is.
    #[test]
    fn small_steps_add_up(steps in vec(time(millis(100), secs(2)), 1..30)) {
        let mut world = quiet();
        let mut total = Duration::ZERO;
        for step in steps {
            world.set_wall_forward(step);
            total += step;
            world.send(Input::UserWasActive);
            if total > TOLERANCE {
                prop_assert_eq!(world.count("AskSession"), 1);
                return Ok(());
            }
            prop_assert_eq!(world.count("AskSession"), 0);
        }
    }

    /// Between two jumps the server's word is awaited; a jump back makes nothing verified.
    #[test]
    fn no_clock_makes_a_session_verified(
        jumps in vec((time(millis(1), TEN_YEARS / 100), any::<bool>()), 1..10),
    ) {
        let mut world = quiet();
        let mut worst = Assurance::Verified;
        for (by, forward) in jumps {
            jump(&mut world, by, forward);
            world.send(Input::DeadlineReached);
            let assurance = world.view().assurance;
            prop_assert!(assurance >= worst, "{:?} after {:?}", assurance, worst);
            worst = assurance;
        }
    }

    /// A laptop that slept for a night is covered before anything of it can be read, whichever of
    /// the clocks went on in its sleep, and its session is not over.
    #[test]
    fn a_night_covers_the_page_until_the_server_has_answered(
        night in time(LONG_SLEEP + secs(1), TEN_YEARS),
        monotonic_stopped in any::<bool>(),
        first in prop::sample::select(vec![
            Input::PageShown { persisted: false },
            Input::PageShown { persisted: true },
            Input::PageResumed,
            Input::PageFocused,
            Input::UserWasActive,
        ]),
    ) {
        let mut world = quiet();
        let deadline = world.client.next_deadline().map_or(Duration::ZERO, |at| at - world.now());
        if monotonic_stopped {
            world.set_wall_forward(night);
        } else {
            // A page that had planned something did not run.
            world.pass(deadline + night);
        }
        world.send(first);
        prop_assert!(world.view().user().is_some());
        prop_assert_eq!(world.view().assurance, Assurance::Covered);
        prop_assert_eq!(world.count("AskSession"), 1);
    }
}
