//! At a limit, and a millisecond past it.

use session_core::{Effect, Input};
use session_protocol::ClientMessage;

use crate::support::{
    samples::{millis, secs},
    world::World,
};

#[test]
fn activity_is_reported_after_exactly_one_interval_and_dropped_after_that() {
    for (waited, reports) in [(secs(30), 1), (secs(30) + millis(1), 0)] {
        let mut world = World::live();
        world.close(1006, "");
        world.send(Input::UserWasActive);

        world.pass(waited);
        world.send(Input::DeadlineReached);
        world.answer_socket();

        let sent = world.log().filter(|(_, order)| is_report(order));
        assert_eq!(sent.count(), reports, "after {waited:?}");
    }
}

#[test]
fn a_glance_asks_when_the_last_word_is_older_than_a_minute() {
    for (age, questions) in [(secs(60), 0), (secs(60) + millis(1), 1)] {
        let mut world = World::live();
        world.pass(age);

        world.send(Input::PageFocused);
        world.advance(secs(2));

        assert_eq!(world.count("AskSession"), questions, "after {age:?}");
    }
}

fn is_report(order: &Effect) -> bool {
    let report = ClientMessage::Activity;
    matches!(order, Effect::SendMessage { message, .. } if *message == report)
}
