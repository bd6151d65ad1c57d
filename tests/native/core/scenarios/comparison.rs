//! What clients are compared by: everything that decides, and nothing that only tells.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use session_core::Client;

use crate::support::{
    samples::{millis, secs},
    states::STATES,
    world::World,
};

#[test]
fn a_client_without_its_record_is_the_same_client() {
    let live = World::live().client;

    assert_eq!(fingerprint(&live), fingerprint(&live.clone()));
    assert_eq!(
        fingerprint(&live),
        fingerprint(&live.clone().without_timeline())
    );
}

#[test]
fn clients_in_different_states_differ() {
    let all = STATES.iter().map(|(_, make)| fingerprint(&make().client));
    let mut all: Vec<_> = all.collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();

    assert_eq!(all.len(), count);
}

#[test]
fn a_deadline_that_did_something_is_told_by_what_it_did() {
    let mut world = World::live();
    world.advance(secs(25) + millis(1));

    let mut entries = world.client.timeline().entries();
    assert!(entries.all(|entry| entry.name != "DeadlineReached"));
}

fn fingerprint(client: &Client) -> u64 {
    let mut hasher = DefaultHasher::new();
    client.hash(&mut hasher);
    hasher.finish()
}
