//! Activity: what the user does is reported, soon and not often; nothing else is activity.

use proptest::{collection::vec, prelude::*};
use session_core::{Effect, Input, Presence};
use session_protocol::{ClientMessage, ServerMessage};

use super::{
    gate::gate,
    values::{endless, time},
};
use crate::support::{
    samples::{millis, secs},
    world::World,
};

/// A page with an open socket and an endless session.
fn page() -> World {
    let mut world = World::new();
    world.start(Presence::Present);
    world.answer_refresh_with(endless());
    world.answer_socket();
    world.forget_log();
    world
}

fn reports(world: &World) -> Vec<std::time::Duration> {
    let orders = world.log().filter(|(_, order)| {
        matches!(
            order,
            Effect::SendMessage {
                message: ClientMessage::Activity,
                ..
            }
        )
    });
    orders.map(|(at, _)| at).collect()
}

/// Lets time pass while the server answers heartbeats and refreshes.
fn live_for(world: &mut World, time: std::time::Duration) {
    let end = world.now() + time;
    while let Some(deadline) = world.client.next_deadline().filter(|at| *at <= end) {
        world.pass(deadline - world.now());
        world.send(Input::DeadlineReached);
        if world.state().contains("Refreshing") {
            world.answer_refresh_with(endless());
        }
        if world.count("SendMessage") > 0 {
            world.receive(ServerMessage::HeartbeatAck);
        }
    }
    world.pass(end - world.now());
}

proptest! {
    #![proptest_config(gate())]

    /// The first activity is reported at once, later ones within half a minute, and never two within
    /// half a minute.
    #[test]
    fn activity_is_reported_soon_and_not_often(gaps in vec(time(millis(1), secs(50)), 1..25)) {
        let mut world = page();
        let mut acted = Vec::new();
        for gap in gaps {
            live_for(&mut world, gap);
            world.send(Input::UserWasActive);
            acted.push(world.now());
        }
        live_for(&mut world, secs(31));
        let reports = reports(&world);
        prop_assert_eq!(reports.first(), acted.first());
        for pair in reports.windows(2) {
            prop_assert!(pair[1] - pair[0] >= secs(30), "{:?}", reports);
        }
        for at in acted {
            let told = reports.iter().any(|report| *report >= at && *report - at <= secs(30));
            prop_assert!(told, "activity at {:?} is not in {:?}", at, reports);
        }
    }

    /// Heartbeats, refreshes, updates, questions and wakes are not activity (S17).
    #[test]
    fn nothing_but_the_user_is_activity(
        facts in vec((time(millis(1), secs(100)), super::values::nuisance()), 0..20),
    ) {
        let mut world = page();
        for (gap, fact) in facts {
            live_for(&mut world, gap);
            if fact != Input::UserWasActive {
                world.send(fact);
            }
            world.receive(crate::support::samples::update(1));
        }
        prop_assert_eq!(reports(&world), Vec::<std::time::Duration>::new());
    }

    /// What the user did long ago is not reported when the socket is back: somebody who left is not
    /// kept logged in.
    #[test]
    fn old_activity_is_not_reported(away in time(secs(31), secs(3600))) {
        let mut world = page();
        world.send(Input::WentOffline);
        world.send(Input::UserWasActive);
        world.pass(away);
        world.send(Input::WentOnline);
        if world.state().contains("Refreshing") {
            world.answer_refresh_with(endless());
        }
        world.answer_socket();
        prop_assert!(world.state().ends_with("Open"), "{}", world.state());
        prop_assert_eq!(reports(&world), Vec::<std::time::Duration>::new());
    }
}
