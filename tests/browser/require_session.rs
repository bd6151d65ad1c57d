//! The guard: what it keeps out of the page, and when it makes its children anew.

use std::{cell::Cell, rc::Rc};

use leptos::prelude::*;
use leptos_session::ui::RequireSession;
use session_core::Command;
use session_protocol::{EndReason, WarningCause};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Stage, World, tick, world::config};

#[wasm_bindgen_test]
async fn without_a_session_the_children_are_not_in_the_page() {
    let world = World::anonymous(guarded(&Rc::default())).await;
    assert!(!world.root().inner_html().contains("secret"));
    assert!(world.contains("nobody"));
}

#[wasm_bindgen_test]
async fn while_nobody_knows_the_children_are_not_in_the_page() {
    let stage = Stage::default();
    stage.next("/api/session", crate::support::stage::Reply::Held);
    let world = World::on(stage, config(), guarded(&Rc::default())).await;
    assert!(!world.root().inner_html().contains("secret"));
}

#[wasm_bindgen_test]
async fn expiry_takes_them_out_and_the_next_session_makes_them_anew() {
    let made = Rc::new(Cell::new(0));
    let world = World::logged_in(guarded(&made)).await;
    assert!(world.contains("secret"));
    assert_eq!(made.get(), 1);

    world.expire(EndReason::Revoked).await;
    assert!(!world.root().inner_html().contains("secret"));

    world.log_in().await;
    assert!(world.contains("secret"));
    assert_eq!(made.get(), 2);
}

#[wasm_bindgen_test]
async fn logout_takes_them_out_before_the_server_answers() {
    let world = World::logged_in(guarded(&Rc::default())).await;
    world
        .stage
        .next("/api/auth/logout", crate::support::stage::Reply::Held);

    world.session.command(Command::LogOut);
    tick().await;

    assert!(!world.root().inner_html().contains("secret"));
}

#[wasm_bindgen_test]
async fn a_warning_a_refresh_and_a_lost_socket_leave_them_alone() {
    let made = Rc::new(Cell::new(0));
    let world = World::logged_in(guarded(&made)).await;

    world.warn(60, WarningCause::Idle, true).await;
    world.session.command(Command::StaySignedIn);
    tick().await;
    world.stage.close(1012, "").await;
    world
        .stage
        .advance(std::time::Duration::from_secs(600))
        .await;

    assert!(world.stage.calls("/api/auth/refresh").len() > 1);
    assert_eq!(made.get(), 1);
}

/// Returns a guarded secret that counts how often it is made.
fn guarded(made: &Rc<Cell<u32>>) -> impl FnOnce() -> AnyView + 'static {
    let made = StoredValue::new_local(Rc::clone(made));
    move || {
        view! {
            <RequireSession fallback=|| "nobody">
                {
                    made.with_value(|made| made.set(made.get() + 1));
                    "secret"
                }
            </RequireSession>
        }
        .into_any()
    }
}
