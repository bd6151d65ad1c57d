//! What the record calls things, since people read it.

use session_core::{Command, Input, timeline::EntryKind};

use crate::support::{
    samples::{ada, credentials, secs},
    world::World,
};

#[test]
fn each_command_is_recorded_by_its_name() {
    let commands = [
        (Command::LogIn(credentials(&ada())), "LogIn"),
        (Command::LogOut, "LogOut"),
        (Command::StaySignedIn, "StaySignedIn"),
        (Command::Leave, "Leave"),
    ];
    for (command, name) in commands {
        assert_eq!(Input::Commanded(command).detail(), name);
    }
}

#[test]
fn each_step_of_assurance_is_recorded() {
    let mut world = World::live();
    world.set_wall_forward(secs(60));
    world.send(Input::DeadlineReached);
    world.set_wall_forward(secs(9 * 3600));
    world.send(Input::DeadlineReached);

    let entries = world.client.timeline().entries();
    let steps = entries.filter(|entry| entry.kind == EntryKind::Transition);
    let steps = steps.filter(|entry| entry.name == "Assurance");
    let steps: Vec<_> = steps.map(|entry| entry.detail.as_str()).collect();
    assert_eq!(steps, ["Verified to Unverified", "Unverified to Covered"]);
}
