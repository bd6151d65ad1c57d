//! Accounts, notes and uploads.

use std::sync::Arc;

use session_backend::store::{Note, Placed, Quota, Store};
use tokio::task::JoinSet;

use super::{START, account, after, on_each_store, user};

on_each_store! {
    an_address_has_one_account
    a_password_is_replaced
    of_two_who_change_a_password_one_does
    an_account_is_disabled_and_enabled
    notes_are_their_owners_and_newest_first
    uploads_are_their_owners_and_newest_first
    notes_beyond_the_room_of_a_user_are_not_written
    uploads_beyond_the_room_of_a_user_are_not_stored
}

type Any = Arc<dyn Store>;

async fn an_address_has_one_account(store: Any) {
    let first = account(1);
    assert_eq!(store.account(&first.user.email).await, Ok(None));
    assert_eq!(store.add_account(&first).await, Ok(true));
    let mut again = account(2);
    again.user.email.clone_from(&first.user.email);
    assert_eq!(store.add_account(&again).await, Ok(false));
    assert_eq!(store.account(&first.user.email).await, Ok(Some(first)));
}

async fn a_password_is_replaced(store: Any) {
    let user = user(&*store, 1).await;
    let set = |user: &str, seen, hash| {
        let (store, user) = (&store, user.to_owned());
        async move { store.set_password(&user, seen, hash).await }
    };
    assert_eq!(set(&user.id, "hash 1", "other").await, Ok(true));
    assert_eq!(set("nobody", "hash 1", "other").await, Ok(false));
    assert_eq!(set("nobody", "", "other").await, Ok(false));
    let found = store.account(&user.email).await.unwrap().unwrap();
    assert_eq!(found.password_hash, "other");
}

async fn of_two_who_change_a_password_one_does(store: Any) {
    let user = user(&*store, 1).await;
    let mut calls = JoinSet::new();
    for number in 0..10 {
        let (store, user) = (Arc::clone(&store), user.id.clone());
        calls.spawn(async move {
            let hash = format!("hash of {number}");
            let changed = store.set_password(&user, "hash 1", &hash).await.unwrap();
            changed.then_some(hash)
        });
    }
    let changed: Vec<_> = calls.join_all().await.into_iter().flatten().collect();
    let found = store.account(&user.email).await.unwrap().unwrap();
    assert_eq!(changed, [found.password_hash]);
}

async fn an_account_is_disabled_and_enabled(store: Any) {
    let user = user(&*store, 1).await;
    let disabled_at = || async {
        let found = store.account(&user.email).await.unwrap().unwrap();
        found.disabled_at
    };
    for since in [Some(after(7)), None] {
        let whose = store.set_disabled(&user.email, since).await;
        assert_eq!(whose, Ok(Some(user.clone())));
        assert_eq!(disabled_at().await, since);
    }
    let nobody = store.set_disabled("nobody@example.com", Some(START)).await;
    assert_eq!(nobody, Ok(None));
}

/// More than a test needs.
const ROOMY: Quota = Quota {
    most: 100,
    bytes: 1 << 20,
};

fn note(id: &str, updated_at: u64) -> Note {
    Note {
        id: id.to_owned(),
        title: "Title \u{1f511}".to_owned(),
        text: "line\nline \"two\"".to_owned(),
        updated_at,
    }
}

async fn notes_are_their_owners_and_newest_first(store: Any) {
    let [owner, other] = [user(&*store, 1).await.id, user(&*store, 2).await.id];
    for (id, at) in [("a", 5), ("b", 7), ("c", 5)] {
        let placed = store.add_note(&owner, &note(id, at), ROOMY).await;
        assert_eq!(placed, Ok(Placed::Done));
    }
    let listed = || async {
        let notes = store.notes(&owner).await.unwrap();
        notes.into_iter().map(|note| note.id).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, ["b", "c", "a"]);
    assert_eq!(store.notes(&other).await, Ok(Vec::new()));
    assert_eq!(store.note(&owner, "a").await, Ok(Some(note("a", 5))));
    assert_eq!(store.note(&other, "a").await, Ok(None));
    let changed = note("a", 9);
    let update = |user| store.update_note(user, &changed, ROOMY);
    assert_eq!(update(&other).await, Ok(Placed::Missing));
    assert_eq!(update(&owner).await, Ok(Placed::Done));
    assert_eq!(store.note(&owner, "a").await, Ok(Some(changed)));
    assert_eq!(listed().await, ["a", "b", "c"]);
    assert_eq!(store.delete_note(&other, "b").await, Ok(false));
    assert_eq!(store.delete_note(&owner, "b").await, Ok(true));
    assert_eq!(store.delete_note(&owner, "b").await, Ok(false));
    assert_eq!(listed().await, ["a", "c"]);
}

async fn uploads_are_their_owners_and_newest_first(store: Any) {
    let [owner, other] = [user(&*store, 1).await.id, user(&*store, 2).await.id];
    for (id, body) in [("a", &[0_u8, 255][..]), ("b", b"text")] {
        let placed = store.add_upload(&owner, id, body, START, ROOMY).await;
        assert_eq!(placed, Ok(Placed::Done));
    }
    let uploads = store.uploads(&owner).await.unwrap();
    let told: Vec<_> = uploads.iter().map(|it| (it.id.as_str(), it.size)).collect();
    assert_eq!(told, [("b", 4), ("a", 2)]);
    assert_eq!(uploads[0].created_at, START.unix_seconds());
    assert_eq!(store.uploads(&other).await, Ok(Vec::new()));
    assert_eq!(store.delete_upload(&other, "a").await, Ok(false));
    assert_eq!(store.delete_upload(&owner, "a").await, Ok(true));
    assert_eq!(store.delete_upload(&owner, "a").await, Ok(false));
    assert_eq!(store.uploads(&owner).await.unwrap().len(), 1);
}

/// Room for five, or for three of a thousand bytes with what a store adds to them.
const NARROW: Quota = Quota {
    most: 5,
    bytes: 3_600,
};

async fn notes_beyond_the_room_of_a_user_are_not_written(store: Any) {
    let [owner, other] = [user(&*store, 1).await.id, user(&*store, 2).await.id];
    let of = |id: &str, bytes: usize| Note {
        text: "x".repeat(bytes),
        ..note(id, 5)
    };
    let add = async |user: &str, note: Note| store.add_note(user, &note, NARROW).await.unwrap();
    let update = async |note: Note| store.update_note(&owner, &note, NARROW).await.unwrap();
    for id in ["a", "b", "c"] {
        assert_eq!(add(&owner, of(id, 1_000)).await, Placed::Done);
    }
    assert_eq!(add(&owner, of("d", 1_000)).await, Placed::Full);
    assert_eq!(update(of("a", 2_000)).await, Placed::Full);
    assert_eq!(store.note(&owner, "a").await, Ok(Some(of("a", 1_000))));
    assert_eq!(store.note(&owner, "d").await, Ok(None));
    assert_eq!(add(&other, of("e", 1_000)).await, Placed::Done);
    for id in ["a", "b", "c"] {
        assert_eq!(update(of(id, 10)).await, Placed::Done);
    }
    for id in ["d", "f"] {
        assert_eq!(add(&owner, of(id, 10)).await, Placed::Done);
    }
    assert_eq!(add(&owner, of("g", 10)).await, Placed::Full);
    assert_eq!(update(of("a", 2_000)).await, Placed::Done);
    assert_eq!(store.delete_note(&owner, "a").await, Ok(true));
    assert_eq!(add(&owner, of("g", 10)).await, Placed::Done);
    // Who has more than the room may make it less.
    let none = Quota { most: 0, bytes: 0 };
    let shorter = store.update_note(&owner, &of("b", 9), none).await;
    assert_eq!(shorter, Ok(Placed::Done));
}

async fn uploads_beyond_the_room_of_a_user_are_not_stored(store: Any) {
    let [owner, other] = [user(&*store, 1).await.id, user(&*store, 2).await.id];
    let add = async |user: &str, id: &str, bytes: usize| {
        let body = vec![7; bytes];
        let placed = store.add_upload(user, id, &body, START, NARROW);
        placed.await.unwrap()
    };
    for id in ["a", "b", "c"] {
        assert_eq!(add(&owner, id, 1_000).await, Placed::Done);
    }
    assert_eq!(add(&owner, "d", 1_000).await, Placed::Full);
    assert_eq!(add(&other, "e", 1_000).await, Placed::Done);
    for id in ["d", "f"] {
        assert_eq!(add(&owner, id, 10).await, Placed::Done);
    }
    assert_eq!(add(&owner, "g", 10).await, Placed::Full);
    assert_eq!(store.uploads(&owner).await.unwrap().len(), 5);
    assert_eq!(store.delete_upload(&owner, "a").await, Ok(true));
    assert_eq!(add(&owner, "g", 1_000).await, Placed::Done);
}
