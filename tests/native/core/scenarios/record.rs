//! The timeline explains itself, is bounded, and holds no secret; neither does the view.

use session_core::{
    Command, Input, Presence,
    timeline::{CAPACITY, EntryKind},
};
use session_protocol::{MessageNames, SessionConfig, WireError};

use crate::support::{
    facts::facts,
    samples::{CANARY, bob, expired, logged_out, pending_logout, secs, session, update},
    states::{STATES, led},
    world::World,
};

#[test]
fn an_ignored_input_is_recorded_with_its_reason_and_counted() {
    let mut world = World::expired();
    for _ in 0..3 {
        world.send(Input::UserWasActive);
    }

    let entry = world.client.timeline().entries().next_back();
    let entry = entry.expect("an entry");
    assert_eq!(
        (entry.kind, entry.name),
        (EntryKind::Ignored, "UserWasActive")
    );
    assert_eq!(
        entry.detail,
        "only an active session is kept alive by activity"
    );
    assert_eq!(entry.count, 3);
}

#[test]
fn an_expiry_reads_like_a_story() {
    let mut world = World::live();
    world.pass(secs(1));
    world.receive(expired());

    let at = 1000;
    let entries = world.client.timeline().entries();
    let story: Vec<_> = entries
        .filter(|entry| entry.at_ms == at)
        .map(|entry| format!("{} {} {}", entry.kind.name(), entry.name, entry.detail))
        .collect();
    assert_eq!(
        story,
        [
            "Input SocketMessageReceived SESSION_EXPIRED SESSION_TIMEOUT",
            "Transition Session Active to Expired",
            "Transition Token Valid to Absent",
            "Transition Connection Open to Idle",
            "Effect CloseSocket 1000",
            "Effect Remember ended",
            "Effect NotifyTabs expired",
            "Effect ClearProtectedState SESSION_TIMEOUT",
        ]
    );
}

#[test]
fn what_one_input_causes_has_one_number_and_the_next_input_another() {
    let mut world = World::live();
    world.receive(expired());
    world.send(Input::UserWasActive);

    let entries: Vec<_> = world.client.timeline().entries().collect();
    let steps = |name: &str| {
        let named = entries.iter().filter(move |entry| entry.name == name);
        named.map(|entry| entry.step).next_back()
    };
    let end = steps("SocketMessageReceived");
    assert!(end.is_some());
    assert_eq!(steps("ClearProtectedState"), end);
    assert!(steps("UserWasActive") > end);
}

#[test]
fn the_timeline_is_bounded_however_much_happens() {
    let mut world = World::live();
    for code in 0..5000 {
        world.reject_request(1, &format!("code-{code}"));
    }

    assert_eq!(world.client.timeline().entries().count(), CAPACITY);
}

#[test]
fn a_peer_cannot_fill_the_timeline_with_long_texts() {
    let mut world = World::live();

    world.close(4404, &["x", &"\u{fc}".repeat(60_000)].concat());

    let longest = world.client.timeline().entries();
    let longest = longest.map(|entry| entry.detail.len()).max();
    assert_eq!(longest, Some(200));
}

#[test]
fn what_the_browser_remembered_is_told() {
    for (presence, told) in [
        (Presence::Unknown, ""),
        (Presence::Present, "a session is remembered"),
        (logged_out(), "a logout is remembered"),
        (pending_logout("s-1"), "a logout has not reached the server"),
    ] {
        let mut world = World::new();
        world.start(presence);
        let entry = world.client.timeline().entries().next().unwrap();
        assert_eq!((entry.name, entry.detail.as_str()), ("Started", told));
    }
}

#[test]
fn updates_that_stream_in_are_counted_and_not_repeated() {
    let mut world = World::live();
    let before = world.client.timeline().entries().count();

    for seq in 1..1000 {
        world.receive(update(seq));
    }

    assert_eq!(world.client.timeline().entries().count(), before + 2);
}

#[test]
fn updates_that_a_leader_passes_on_are_counted_and_not_repeated() {
    let mut world = led();
    let before = world.client.timeline().entries().count();

    for seq in 10..1000 {
        world.receive(update(seq));
    }

    assert!(world.client.timeline().entries().count() <= before + 3);
}

#[test]
fn no_secret_is_seen_in_any_state_after_any_fact() {
    for (state, way) in STATES {
        let world = way();
        for (fact, input) in facts(&world) {
            let mut world = world.clone();
            let shown = format!("{input:?}");
            world.send(input);

            // The record of the way was looked at in the state before; the new part is small.
            let orders: Vec<_> = world.orders().collect();
            let record: Vec<_> = world.client.timeline().entries().rev().take(20).collect();
            let text = format!("{shown} {orders:?} {record:?} {:?}", world.view());
            assert!(!text.contains(CANARY), "{fact} in {state}");
        }
        assert_no_canary(&world, state);
    }
}

/// Looks at everything that can be printed or sent elsewhere.
fn assert_no_canary(world: &World, state: &str) {
    let record: Vec<_> = world.client.timeline().entries().collect();
    let record = serde_json::to_string(&record).expect("serialisable");
    let view = serde_json::to_string(&world.view()).expect("serialisable");
    for text in [format!("{:?}", world.client), record, view] {
        assert!(!text.contains(CANARY), "{state}");
    }
}

#[test]
fn a_refused_message_leaves_its_kind_and_not_its_text() {
    let mut world = World::live();
    let text = format!("{{\"type\":\"auth_ok\",\"token\":\"{CANARY}\"}}");
    let error = session_protocol::ServerMessage::decode(&text, &MessageNames::default());
    let error = error.expect_err("a field is missing");
    assert_eq!(error, WireError::MissingField { field: "expiresIn" });
    let socket = world.socket();

    world.send(Input::SocketMessageRefused { socket, error });

    assert_eq!(world.ignored(), Some("it is no message of the protocol"));
}

#[test]
fn a_command_survives_the_way_between_tabs_and_a_password_does_not_travel() {
    for command in [Command::LogOut, Command::StaySignedIn, Command::Leave] {
        let text = serde_json::to_string(&command).expect("serialisable");
        let read: Command = serde_json::from_str(&text).expect("readable");
        assert_eq!(read, command);
    }
    let login = Command::LogIn(crate::support::samples::credentials(&bob()));
    assert!(serde_json::to_string(&login).is_err());
}

#[test]
fn the_same_inputs_give_the_same_record() {
    let run = || {
        let mut world = World::with(&SessionConfig::default(), 11);
        world.start(Presence::Present);
        world.answer_refresh_with(session("s-9", bob()));
        for _ in 0..20 {
            world.close(1006, "");
            world.await_socket();
        }
        format!("{:?}", world.client)
    };

    assert_eq!(run(), run());
}
