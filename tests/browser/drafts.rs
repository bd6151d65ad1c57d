//! Drafts: whose they are, and which events they survive.

use leptos_session::platform::storage::NotKept;
use session_core::Command;
use session_protocol::EndReason;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Replaced, World, javascript, tick, world::EMAIL};

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
async fn what_the_browser_does_not_keep_lives_as_long_as_the_page() {
    let world = World::logged_in(|| ()).await;
    keep(&world, "older");
    {
        let _full = full();
        let draft = world.session.draft("note").unwrap();
        assert_eq!(draft.keep("typed"), Err(NotKept));
        assert_eq!(kept(&world).as_deref(), Some("typed"));

        world.expire(EndReason::SessionTimeout).await;
        world.log_in_as(EMAIL).await;
        assert_eq!(kept(&world).as_deref(), Some("typed"));
    }
    keep(&world, "typed and kept");
    assert_eq!(kept(&world).as_deref(), Some("typed and kept"));
}

#[wasm_bindgen_test]
async fn what_the_browser_does_not_keep_goes_with_its_user_too() {
    for by in [Command::LogOut, Command::Leave] {
        let world = World::logged_in(|| ()).await;
        let _full = full();
        let draft = world.session.draft("note").unwrap();
        assert_eq!(draft.keep("typed"), Err(NotKept));
        if by == Command::Leave {
            world.expire(EndReason::SessionTimeout).await;
            world.log_in_as("second@example.com").await;
            world.expire(EndReason::SessionTimeout).await;
        }

        world.session.command(by);
        tick().await;
        world.log_in_as(EMAIL).await;

        assert_eq!(kept(&world), None);
    }
}

#[wasm_bindgen_test]
async fn what_still_runs_after_a_logout_keeps_none() {
    let world = World::logged_in(|| ()).await;
    keep(&world, "typed");
    let draft = world.session.draft("note").unwrap();
    world.session.command(Command::LogOut);
    tick().await;

    assert_eq!(draft.keep("too late"), Err(NotKept));
    {
        let _full = full();
        assert_eq!(draft.keep("too late"), Err(NotKept));
    }

    assert!(!asks());
    world.log_in_as(EMAIL).await;
    assert_eq!(kept(&world), None);
    keep(&world, "typed again");
}

#[wasm_bindgen_test]
async fn the_browser_asks_before_the_page_is_left_only_while_something_would_be_lost() {
    let world = World::logged_in(|| ()).await;
    let one = world.session.draft("note.1").unwrap();
    let other = world.session.draft("note.10").unwrap();
    assert_eq!(one.keep("kept"), Ok(()));
    assert!(!asks());
    {
        let _full = full();
        assert_eq!(one.keep("typed"), Err(NotKept));
        assert_eq!(other.keep("typed"), Err(NotKept));
    }
    assert!(asks());

    one.discard();
    assert!(asks(), "the other would be lost");
    assert_eq!(other.keep("typed"), Ok(()));
    assert!(!asks());
}

/// Returns whether the browser would ask if the page were left now.
fn asks() -> bool {
    javascript("!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))") == true
}

fn full() -> Replaced {
    let throwing = "() => { throw new DOMException('full', 'QuotaExceededError'); }";
    Replaced::new("Storage.prototype", "setItem", throwing)
}

fn keep(world: &World, text: &str) {
    let draft = world.session.draft("note").unwrap();
    assert_eq!(draft.keep(text), Ok(()));
}

fn kept(world: &World) -> Option<String> {
    world.session.draft("note").unwrap().read()
}
