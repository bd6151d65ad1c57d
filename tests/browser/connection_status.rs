//! The badge: one word for each state of the socket.

use std::time::Duration;

use leptos::prelude::*;
use leptos_session::ui::{
    ConnectionStatus,
    locale::{Locale, set_locale},
};
use session_core::Input;
use session_protocol::EndReason;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Stage, World, tick, world::config};

#[wasm_bindgen_test]
async fn the_badge_tells_how_the_socket_is() {
    let stage = Stage::default();
    stage.silence_sockets();
    let world = World::on(stage, config(), || view! { <ConnectionStatus /> }).await;
    assert_eq!(badge(&world), ["Standing by", "standing-by"]);

    world.log_in().await;
    assert_eq!(badge(&world), ["Connecting", "connecting"]);

    world.stage.close(1006, "").await;
    assert_eq!(badge(&world), ["Reconnecting", "reconnecting"]);

    world.stage.fact(Input::WentOffline);
    tick().await;
    assert_eq!(badge(&world), ["Offline", "offline"]);
}

#[wasm_bindgen_test]
async fn a_server_that_does_not_serve_this_tab_is_told_from_a_lost_connection() {
    let badge_of = |locale| async move {
        let world = World::logged_in(move || {
            set_locale(locale);
            view! { <ConnectionStatus /> }
        })
        .await;
        world.stage.close(4404, "").await;
        badge(&world)
    };
    let english = badge_of(Locale::English).await;
    assert_eq!(english, ["Degraded", "degraded"]);
    let german = badge_of(Locale::German).await;
    assert_eq!(german, ["Gestört", "degraded"]);
}

#[wasm_bindgen_test]
async fn the_badge_is_live_again_by_itself() {
    let world = World::logged_in(|| view! { <ConnectionStatus /> }).await;
    assert_eq!(badge(&world), ["Live", "live"]);

    world.stage.close(1012, "").await;
    assert_eq!(badge(&world), ["Reconnecting", "reconnecting"]);
    world.stage.advance(Duration::from_secs(30)).await;
    assert_eq!(badge(&world), ["Live", "live"]);

    world.expire(EndReason::SessionTimeout).await;
    assert_eq!(badge(&world), ["Standing by", "standing-by"]);
}

#[wasm_bindgen_test]
async fn the_badge_speaks_german() {
    let world = World::anonymous(|| {
        set_locale(Locale::German);
        view! { <ConnectionStatus /> }
    })
    .await;
    assert_eq!(badge(&world), ["In Bereitschaft", "standing-by"]);
}

fn badge(world: &World) -> [String; 2] {
    let badge = world.only("status");
    let state = badge.get_attribute("data-state");
    [
        badge.text_content().unwrap_or_default(),
        state.unwrap_or_default(),
    ]
}
