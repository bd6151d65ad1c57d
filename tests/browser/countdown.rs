//! The countdown: computed from a deadline, right after any pause, and quiet.

use std::time::Duration;

use leptos::prelude::*;
use leptos_session::ui::SessionDialogs;
use session_protocol::WarningCause;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{World, until};

#[wasm_bindgen_test]
async fn the_countdown_is_right_after_ticks_that_never_came() {
    let world = warned(120).await;
    for (pause, expected) in [(1, "1:59"), (54, "1:05"), (6, "0:59"), (58, "0:01")] {
        world.stage.skip(Duration::from_secs(pause));
        until(expected, || shown(&world) == expected).await;
    }
}

#[wasm_bindgen_test]
async fn the_countdown_rounds_up_and_ends_at_zero() {
    let world = warned(30).await;

    world.stage.skip(Duration::from_millis(29_980));
    until("the last second shows", || shown(&world) == "0:01").await;

    world.stage.skip(Duration::from_secs(3600));
    until("it is over", || shown(&world) == "0:00").await;
    assert!(world.has("alertdialog", "Your session is about to expire"));
}

#[wasm_bindgen_test]
async fn a_new_deadline_counts_at_once() {
    let world = warned(30).await;

    world.warn(90, WarningCause::Idle, true).await;

    assert_eq!(shown(&world), "1:30");
}

#[wasm_bindgen_test]
async fn two_minutes_are_spoken_at_most_six_times() {
    let world = warned(120).await;
    let mut spoken = vec![status(&world)];

    for passed in (2..=120).step_by(2) {
        world.stage.skip(Duration::from_secs(2));
        let left = 120 - passed;
        let expected = format!("{}:{:02}", left / 60, left % 60);
        until(&expected, || shown(&world) == expected).await;
        let now = status(&world);
        if spoken.last() != Some(&now) {
            spoken.push(now);
        }
    }

    let expected = [120, 60, 30, 20, 10].map(|seconds| format!("{seconds} seconds left"));
    assert_eq!(spoken, expected);
}

#[wasm_bindgen_test]
async fn the_end_of_the_countdown_asks_the_server_and_ends_nothing() {
    let world = warned(120).await;
    let asked = world.stage.calls("/api/session").len();

    world.stage.advance(Duration::from_secs(122)).await;

    assert_eq!(world.stage.calls("/api/session").len(), asked + 1);
    assert!(
        world.all("alertdialog").is_empty(),
        "the server says that the session lives"
    );
}

async fn warned(seconds: u64) -> World {
    let world = World::logged_in(|| view! { <SessionDialogs /> }).await;
    world.warn(seconds, WarningCause::Idle, true).await;
    world
}

fn shown(world: &World) -> String {
    let timer = world.only("timer");
    timer.text_content().unwrap_or_default()
}

fn status(world: &World) -> String {
    let status = world.only("status");
    status.text_content().unwrap_or_default()
}
