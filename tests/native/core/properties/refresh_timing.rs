//! When tokens are refreshed, for any lifetime from one second to thirty days: at 80 % less up to
//! 10 % jitter, never two within a second, never past the end.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use session_core::{Input, Presence, Replay};
use session_protocol::{ServerMessage, SessionConfig};

use super::{
    gate::{cases, gate},
    values::{endless, nuisances, seed, time},
};
use crate::support::{
    samples::{ada, grant_for, logged_out, millis, secs},
    world::World,
};

const DAY: Duration = Duration::from_secs(86_400);

/// A delay that every browser keeps; the shell cuts longer ones (HTML, timers).
const LONGEST_TIMER: Duration = Duration::from_millis(i32::MAX as u64);

/// Any lifetime that a server may choose.
fn lifetime() -> impl Strategy<Value = Duration> {
    time(secs(1), DAY * 30)
}

/// A page that got a token of this lifetime at time zero, and has no socket to look after.
fn granted(lifetime: Duration, refresh_at: f64, seed: u64) -> World {
    let config = SessionConfig {
        refresh_at,
        ..SessionConfig::default()
    };
    let mut world = World::with(&config, seed);
    world.start(logged_out());
    world.log_in(&ada());
    let call = world.call_of("RequestLogin").expect("a login");
    let grant = grant_for(lifetime, Some(endless()));
    world.send(Input::LoginSucceeded { call, grant });
    world.close(4404, "");
    world
}

/// Answers the refresh under way with a token of this lifetime.
fn answer(world: &mut World, lifetime: Duration) {
    let call = world.call_of("RequestRefresh").expect("a refresh");
    let grant = grant_for(lifetime, Some(endless()));
    world.send(Input::RefreshSucceeded { call, grant });
}

/// Reaches deadlines until a refresh begins; returns when.
fn refreshed(world: &mut World) -> Duration {
    world.forget_log();
    while world.count("RequestRefresh") == 0 {
        world.reach_deadline();
    }
    world.now()
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn a_refresh_comes_in_its_window_and_before_the_end(
        lifetime in lifetime(),
        refresh_at in 0.15..0.999_f64,
        seed in seed(),
        delays in vec(time(millis(1), secs(10)), 1..5),
    ) {
        let mut world = granted(lifetime, refresh_at, seed);
        let (mut granted_at, mut last) = (world.now(), None);
        for delay in delays {
            let began = refreshed(&mut world);
            let latest = granted_at + lifetime.mul_f64(refresh_at);
            let earliest = latest.saturating_sub(lifetime / 10);
            let spaced = last.map_or(Duration::ZERO, |last| last + secs(1));
            // Fractions are kept in thousandths.
            let slack = lifetime / 1000 + millis(1);
            prop_assert!(began + slack >= earliest, "{:?} before {:?}", began, earliest);
            prop_assert!(began <= latest.max(spaced), "{:?} after {:?}", began, latest);
            prop_assert!(began <= granted_at + lifetime, "{:?} past the end", began);
            prop_assert!(began >= spaced, "{:?} too soon after {:?}", began, last);
            world.advance(delay);
            answer(&mut world, lifetime);
            (granted_at, last) = (world.now(), Some(began));
        }
    }

    /// A refresh point near zero is not jittered away: the token is used for half of it at least.
    #[test]
    fn an_early_refresh_point_makes_no_storm(
        lifetime in time(secs(100), DAY * 30),
        refresh_at in 0.02..0.999_f64,
        seed in seed(),
    ) {
        let world = granted(lifetime, refresh_at, seed);
        let mut began = world.times("RequestRefresh");
        if began.is_empty() {
            began.push(refreshed(&mut world.clone()));
        }
        prop_assert!(began[0] >= lifetime.mul_f64(refresh_at) / 2, "{:?}", began);
    }

    /// From its grant to its refresh the token can be used: no request waits for a token that is
    /// about to be replaced.
    #[test]
    fn the_token_lasts_until_its_refresh(
        lifetime in lifetime(),
        seed in seed(),
        part in 0.0..1.0_f64,
    ) {
        let world = granted(lifetime, 0.8, seed);
        let began = refreshed(&mut world.clone());
        let mut page = world;
        page.advance(began.mul_f64(part).min(began - millis(1)));
        page.submit(1, Replay::Unsafe);
        prop_assert!(page.orders().any(|order| order.name() == "SendRequest"));
    }

    /// A shell that cuts each wait, as it has to beyond 2^31-1 ms, sees the refresh at the same time.
    #[test]
    fn a_wait_may_be_cut_into_pieces(
        lifetime in time(DAY, DAY * 30),
        seed in seed(),
        piece in time(secs(3600), LONGEST_TIMER),
    ) {
        let world = granted(lifetime, 0.999, seed);
        let began = refreshed(&mut world.clone());
        let mut cut = world;
        cut.forget_log();
        while cut.count("RequestRefresh") == 0 {
            let deadline = cut.client.next_deadline().expect("a deadline");
            cut.pass((deadline - cut.now()).min(piece));
            cut.send(Input::DeadlineReached);
        }
        prop_assert_eq!(cut.now(), began);
    }

    /// In a throttled page, where timers come once a minute, a refresh is a minute late at most.
    #[test]
    fn a_throttled_page_is_a_minute_late_at_most(lifetime in lifetime(), seed in seed()) {
        let world = granted(lifetime, 0.8, seed);
        let due = refreshed(&mut world.clone());
        let mut throttled = world;
        throttled.pass(due - throttled.now());
        throttled.pass(secs(60));
        throttled.send(Input::DeadlineReached);
        prop_assert!(throttled.orders().any(|order| order.name() == "RequestRefresh"));
    }

    /// A token that looks expired when it comes is a wrong clock, and no reason for another one.
    #[test]
    fn a_lifetime_of_zero_is_no_reason_to_ask_again(seed in seed(), refresh_at in 0.2..0.999_f64) {
        let mut world = granted(Duration::ZERO, refresh_at, seed);
        world.forget_log();
        world.advance(secs(10));
        prop_assert_eq!(world.count("RequestRefresh"), 0);
        world.submit(1, Replay::Unsafe);
        prop_assert!(world.orders().any(|order| order.name() == "SendRequest"));
    }
}

proptest! {
    // A case is a sequence of refreshes, each pestered.
    #![proptest_config(cases(256))]

    /// Whoever hurries, and however short the tokens are, a second lies between two refreshes.
    #[test]
    fn two_refreshes_are_a_second_apart(
        lifetimes in vec(time(millis(1), secs(100)), 1..8),
        nuisances in nuisances(),
        seed in seed(),
        expiring in any::<bool>(),
    ) {
        let config = SessionConfig::default();
        let mut world = World::with(&config, seed);
        world.start(Presence::Present);
        for lifetime in lifetimes {
            if world.state().contains("Refreshing") {
                answer(&mut world, lifetime);
            }
            if expiring {
                world.open_socket();
                let remaining = millis(1);
                world.receive(ServerMessage::AuthExpiringSoon { remaining });
            }
            world.submit(1, Replay::Safe);
            world.reject_request(1, "");
            let until = world.now() + secs(5);
            world.pester(&nuisances, until);
            world.send(Input::WentOnline);
        }
        let times = world.times("RequestRefresh");
        for pair in times.windows(2) {
            prop_assert!(pair[1] - pair[0] >= secs(1), "{:?}", times);
        }
    }
}
