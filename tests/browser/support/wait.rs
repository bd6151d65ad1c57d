//! Waiting for conditions. No test waits for a time to pass.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Longest time that a condition may take, in milliseconds. Long, since the machine may be busy;
/// it is only ever waited out by a test that fails.
const PATIENCE_MS: f64 = 10_000.0;

/// Lets everything run that is ready: effects of Leptos, futures with an answer.
pub async fn tick() {
    for _ in 0..24 {
        // Works without Leptos too, which starts with the first page that is mounted.
        promise(|resolve| resolve.call0(&JsValue::UNDEFINED).map(drop).unwrap()).await;
    }
}

/// Lets the browser take its next task: timers that are due, queued events.
pub async fn turn() {
    promise(|resolve| {
        let window = web_sys::window().unwrap();
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(resolve, 1)
            .unwrap();
    })
    .await;
    tick().await;
}

/// Waits for the next animation frame.
pub async fn frame() {
    promise(|resolve| {
        let window = web_sys::window().unwrap();
        window.request_animation_frame(resolve).unwrap();
    })
    .await;
    tick().await;
}

/// Waits until `condition` holds; `what` names it in the failure.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let began = js_sys::Date::now();
    tick().await;
    while !condition() {
        assert!(
            js_sys::Date::now() - began < PATIENCE_MS,
            "waited in vain until {what}"
        );
        turn().await;
    }
}

async fn promise(begin: impl Fn(&js_sys::Function)) {
    let promise = Promise::new(&mut |resolve, _| begin(&resolve));
    JsFuture::from(promise).await.unwrap();
}
