//! Drafts: whose they are, and which events they survive.

use leptos_session::platform::storage::NotKept;
use session_core::Command;
use session_protocol::EndReason;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Replaced, World, tick, world::EMAIL};

#[wasm_bindgen_test]
async fn a_draft_needs_a_user() {
    let world = World::anonymous(|| ()).await;
    assert!(world.session.draft("note").is_none());
}

#[wasm_bindgen_test]
async fn a_draft_survives_expiry_and_the_same_users_login() {
    let world = World::logged_in(|| ()).await;
    keep(&world, "typed");

    world.expire(EndReason::SessionTimeout).await;
    world.log_in_as(EMAIL).await;

    assert_eq!(kept(&world).as_deref(), Some("typed"));
}

#[wasm_bindgen_test]
async fn a_discarded_draft_is_gone() {
    let world = World::logged_in(|| ()).await;
    keep(&world, "typed");
    world.session.draft("note").unwrap().discard();
    assert_eq!(kept(&world), None);
}

#[wasm_bindgen_test]
async fn a_logout_deletes_the_drafts_of_its_user_only() {
    let world = World::anonymous(|| ()).await;
    // The name of one user is the beginning of the other's.
    for email in ["user.two", "user"] {
        world.log_in_as(email).await;
        keep(&world, email);
        world.expire(EndReason::SessionTimeout).await;
        world.session.command(Command::Leave);
        tick().await;
    }
    world.log_in_as("user").await;
    assert_eq!(kept(&world).as_deref(), Some("user"));

    world.session.command(Command::LogOut);
    tick().await;

    world.log_in_as("user").await;
    assert_eq!(kept(&world), None);
    world.expire(EndReason::SessionTimeout).await;
    world.session.command(Command::Leave);
    tick().await;
    world.log_in_as("user.two").await;
    assert_eq!(kept(&world).as_deref(), Some("user.two"));
}

#[wasm_bindgen_test]
async fn another_user_who_logs_in_after_an_expiry_deletes_them() {
    let world = World::logged_in(|| ()).await;
    keep(&world, "typed");

    world.expire(EndReason::SessionTimeout).await;
    world.log_in_as("second@example.com").await;
    assert_eq!(kept(&world), None);

    world.expire(EndReason::SessionTimeout).await;
    world.log_in_as(EMAIL).await;
    assert_eq!(kept(&world), None);
}

#[wasm_bindgen_test]
async fn a_browser_that_keeps_nothing_says_so() {
    let world = World::logged_in(|| ()).await;
    let throwing = "() => { throw new DOMException('full', 'QuotaExceededError'); }";
    let _full = Replaced::new("Storage.prototype", "setItem", throwing);

    let draft = world.session.draft("note").unwrap();
    assert_eq!(draft.keep("typed"), Err(NotKept));
}

fn keep(world: &World, text: &str) {
    let draft = world.session.draft("note").unwrap();
    assert_eq!(draft.keep(text), Ok(()));
}

fn kept(world: &World) -> Option<String> {
    world.session.draft("note").unwrap().read()
}
