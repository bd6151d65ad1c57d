//! Updates of topics: each counts once, whatever a server repeats or a reconnect brings again.

use proptest::{collection::vec, prelude::*, sample::select};
use session_core::{Effect, Input};
use session_protocol::ClientMessage;

use super::gate::gate;
use crate::support::{
    samples::{first_session, update},
    world::World,
};

const TOPIC: &str = "load";

fn following() -> World {
    let mut world = World::live();
    world.send(Input::TopicSubscribed {
        topic: TOPIC.to_owned(),
    });
    world.forget_log();
    world
}

/// Returns the `seq` of each update that reached the application.
fn delivered(world: &World) -> Vec<u64> {
    let orders = world.log().filter_map(|(_, order)| match order {
        Effect::DeliverUpdate { seq, .. } => Some(*seq),
        _ => None,
    });
    orders.collect()
}

/// Loses the connection and gets it back.
fn reconnect(world: &mut World) {
    world.close(1006, "");
    world.await_socket();
    world.answer_socket();
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn on_one_socket_updates_only_grow(numbers in vec(1..30_u64, 1..40)) {
        let mut world = following();
        let mut expected = Vec::new();
        for number in numbers {
            world.receive(update(number));
            if expected.last().is_none_or(|last| *last < number) {
                expected.push(number);
            }
        }
        prop_assert_eq!(delivered(&world), expected);
    }

    /// After each reconnect the client asks for what came after the last update, and what the server
    /// sends again does not count again.
    #[test]
    fn a_reconnect_goes_on_where_it_was(lives in vec((1..10_u64, any::<bool>()), 1..5)) {
        let mut world = following();
        let mut last = 0;
        for (more, repeats) in lives {
            if repeats && last > 0 {
                world.receive(update(last));
            }
            for number in last + 1..=last + more {
                world.receive(update(number));
            }
            last += more;
            world.forget_log();
            reconnect(&mut world);
            let asked: Vec<_> = world
                .log()
                .filter_map(|(_, order)| match order {
                    Effect::SendMessage {
                        message: ClientMessage::Subscribe { topic, after },
                        ..
                    } => Some((topic.clone(), *after)),
                    _ => None,
                })
                .collect();
            prop_assert_eq!(asked, vec![(TOPIC.to_owned(), Some(last))]);
            world.receive(update(last));
            prop_assert_eq!(delivered(&world), Vec::<u64>::new());
        }
    }

    /// A server that lost its count in a restart is heard again.
    #[test]
    fn a_server_that_starts_over_is_heard(before in 2..1000_u64, after in 1..1000_u64) {
        prop_assume!(before != after);
        let mut world = following();
        world.receive(update(before));
        world.forget_log();
        reconnect(&mut world);
        world.receive(update(after));
        prop_assert_eq!(delivered(&world), vec![after]);
    }

    /// After an end the application starts over, and so does its place in each topic.
    #[test]
    fn a_new_session_starts_over(number in 1..100_u64, code in select(vec![4401_u16, 4402])) {
        let mut world = following();
        world.receive(update(number));
        world.close(code, "");
        world.log_in(&crate::support::samples::ada());
        world.answer_login_ok(first_session());
        world.forget_log();
        world.answer_socket();
        let subscribe = ClientMessage::Subscribe { topic: TOPIC.to_owned(), after: None };
        let asked = world.log().any(|(_, order)| {
            matches!(order, Effect::SendMessage { message, .. } if *message == subscribe)
        });
        prop_assert!(asked);
        world.receive(update(number));
        prop_assert_eq!(delivered(&world), vec![number]);
    }
}
