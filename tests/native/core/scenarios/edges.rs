//! At a limit, and a millisecond past it.

use session_core::{Command, Effect, Input, policy::RATES};
use session_protocol::ClientMessage;

use crate::support::{
    samples::{ada, first_session, millis, secs},
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

#[test]
fn a_new_session_opens_no_more_sockets_than_the_one_before_could() {
    let mut world = World::logged_in();
    for _ in 0..60 {
        world.command(Command::LogOut);
        world.answer_logout();
        world.log_in(&ada());
        world.answer_login_ok(first_session());
        world.advance(millis(900));
    }

    let opened = world.count("OpenSocket");
    let most = RATES.connect.most_in_a_minute();
    assert!((2..=most as usize).contains(&opened), "{opened} of {most}");
}

fn is_report(order: &Effect) -> bool {
    let report = ClientMessage::Activity;
    matches!(order, Effect::SendMessage { message, .. } if *message == report)
        || matches!(order, Effect::RequestExtension { .. })
}
