//! Activity: reported at most once in 30 s, and only when a person did something.

use session_core::{Effect, Input};
use session_protocol::{ClientMessage, ServerMessage};

use crate::support::{
    samples::{idle_warning, millis, refused_for, secs, update},
    world::World,
};

#[test]
fn activity_is_reported_at_once_and_then_every_30_s_at_most() {
    let mut world = World::live();

    for _ in 0..1190 {
        world.send(Input::UserWasActive);
        world.advance(millis(100));
        if world.now().subsec_millis() == 0 {
            world.receive(ServerMessage::HeartbeatAck);
        }
    }

    let reports = reports(&world);
    assert_eq!(reports.len(), 4, "{reports:?}");
    assert!(reports.windows(2).all(|pair| pair[1] - pair[0] >= secs(30)));
}

#[test]
fn the_last_activity_of_an_interval_is_reported_at_its_end() {
    let mut world = World::live();
    world.send(Input::UserWasActive);
    world.advance(secs(20));
    world.send(Input::UserWasActive);

    world.advance(secs(11));

    assert_eq!(reports(&world), [secs(0), secs(30)]);
}

#[test]
fn automatic_traffic_is_no_activity() {
    let mut world = World::live();

    for seq in 1..600 {
        world.receive(update(seq));
        world.advance(secs(1));
        if world.state().contains("Refreshing") {
            world.answer_refresh_ok();
        }
        if seq % 50 == 0 {
            world.send(Input::PageShown { persisted: false });
            world.close(1006, "");
            world.await_socket();
            world.answer_socket();
        }
    }

    assert!(world.count("RequestRefresh") > 0);
    assert_eq!(reports(&world), []);
}

#[test]
fn activity_before_a_long_reconnect_does_not_prolong_the_session_after_it() {
    let mut world = World::live();
    world.send(Input::WentOffline);
    world.send(Input::UserWasActive);
    world.advance(secs(20 * 60));
    world.send(Input::WentOnline);
    world.answer_refresh_ok();

    world.answer_socket();

    assert_eq!(reports(&world), []);
}

#[test]
fn activity_before_a_short_reconnect_is_reported_after_it() {
    let mut world = World::live();
    world.close(1006, "");
    world.send(Input::UserWasActive);

    world.await_socket();
    world.answer_socket();

    assert_eq!(reports(&world).len(), 1);
}

#[test]
fn a_warned_session_is_extended_by_a_click_and_not_by_a_mouse_that_moves() {
    let mut world = World::live();
    world.receive(idle_warning(secs(60)));

    world.send(Input::UserWasActive);

    world.expect_nothing();
}

fn reports(world: &World) -> Vec<std::time::Duration> {
    let orders = world.log().filter(|(_, order)| {
        let message = ClientMessage::Activity;
        matches!(order, Effect::SendMessage { message: sent, .. } if *sent == message)
    });
    orders.map(|(at, _)| at).collect()
}

#[test]
fn activity_is_reported_by_a_call_where_no_socket_comes_through() {
    let refused_for_good: fn(&mut World) = |world| world.close(4404, "");
    let blocked: fn(&mut World) = |world| {
        while !world.state().contains("Connecting") {
            world.close(1006, "");
            world.reach_deadline();
        }
    };
    for trouble in [refused_for_good, blocked] {
        let mut world = World::live();
        trouble(&mut world);
        let since = world.now();
        world.forget_log();
        for _ in 0..118 {
            world.send(Input::UserWasActive);
            world.advance(secs(1));
            if world.state().contains("Connecting") {
                world.close(1006, "");
            }
            if world.call_of("RequestExtension").is_some() {
                world.answer_extension_ok();
            }
        }

        let log = world.log();
        let calls = log.filter(|(_, order)| matches!(order, Effect::RequestExtension { .. }));
        let calls: Vec<_> = calls.map(|(at, _)| at - since).collect();
        assert_eq!(calls.len(), 4, "{calls:?}");
        assert!(calls[0] <= secs(6), "{calls:?}");
        assert!(
            calls.windows(2).all(|pair| pair[1] - pair[0] >= secs(30)),
            "{calls:?}"
        );
    }
}

#[test]
fn a_server_that_asks_for_silence_gets_no_report_before_its_time() {
    let mut world = World::live();
    world.close(4404, "");
    let work = |world: &mut World, seconds| {
        for _ in 0..seconds {
            world.send(Input::UserWasActive);
            world.advance(secs(1));
            if world.state().contains("Refreshing") {
                world.answer_refresh_ok();
            }
        }
    };
    work(&mut world, 6);

    world.refuse_extension(refused_for(429, secs(300)));
    work(&mut world, 299);
    assert_eq!(world.count("RequestExtension"), 1);

    work(&mut world, 20);
    assert_eq!(world.count("RequestExtension"), 2);
}

#[test]
fn a_short_break_makes_no_call() {
    let mut world = World::live();
    world.close(1006, "");
    world.send(Input::UserWasActive);

    world.await_socket();
    world.answer_socket();
    world.advance(secs(20));

    assert_eq!(world.count("RequestExtension"), 0);
    assert_eq!(reports(&world).len(), 1);
}
