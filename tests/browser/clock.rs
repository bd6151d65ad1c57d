//! The clock adapter against the browser's clocks.

use std::time::Duration;

use leptos_session::platform::clock;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::until;

/// Drift that the client takes for noise; a busy machine may stop between two readings.
const TOLERANCE: Duration = Duration::from_secs(5);

#[wasm_bindgen_test]
async fn the_monotonic_clock_grows() {
    let first = clock::now().monotonic;
    until("time passed", || clock::now().monotonic > first).await;
}

#[wasm_bindgen_test]
fn the_wall_clock_is_the_one_of_the_browser() {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds"
    )]
    let expected = Duration::from_millis(js_sys::Date::now() as u64);
    assert!(clock::now().wall.abs_diff(expected) < TOLERANCE);
}

#[wasm_bindgen_test]
fn a_second_on_one_clock_is_a_second_on_the_other() {
    let (one, other) = (clock::now(), clock::now());
    let passed = other.monotonic.saturating_sub(one.monotonic);
    let drift = other.wall.saturating_sub(one.wall).abs_diff(passed);
    assert!(drift < TOLERANCE);
}
