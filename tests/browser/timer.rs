//! The timeout adapter against the browser's timers.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos_session::platform::{
    clock,
    timer::{LONGEST, Timer},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Errors, Replaced, javascript, until};

#[wasm_bindgen_test]
async fn a_timer_fires_once_and_not_before_its_time() {
    let (fired, at) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(Duration::ZERO)));
    let began = clock::now().monotonic;
    let delay = Duration::from_millis(20);
    let _timer = {
        let (fired, at) = (Rc::clone(&fired), Rc::clone(&at));
        Timer::after(delay, move || {
            fired.set(fired.get() + 1);
            at.set(clock::now().monotonic);
        })
    };

    until("the timer fired", || fired.get() > 0).await;
    until("a later one fired", later(delay)).await;

    assert_eq!(fired.get(), 1);
    assert!(at.get().saturating_sub(began) >= delay);
}

#[wasm_bindgen_test]
async fn a_dropped_timer_never_fires() {
    let _errors = Errors::watch();
    let fired = Rc::new(Cell::new(false));
    let delay = Duration::from_millis(5);
    drop(timer(delay, &fired));

    until("a later one fired", later(delay * 2)).await;

    assert!(!fired.get());
}

#[wasm_bindgen_test]
async fn a_delay_beyond_the_limit_of_browsers_does_not_fire_at_once() {
    let fired = Rc::new(Cell::new(false));
    let _timers = [
        timer(LONGEST, &fired),
        timer(LONGEST + Duration::from_millis(1), &fired),
        timer(Duration::from_secs(60 * 24 * 3600), &fired),
        timer(Duration::MAX, &fired),
    ];

    until("a short one fired", later(Duration::from_millis(20))).await;

    assert!(!fired.get());
}

#[wasm_bindgen_test]
fn no_delay_is_given_to_the_browser_that_it_would_wrap() {
    let _set = Replaced::new(
        "window",
        "setTimeout",
        "window.delays = [], (_, delay) => { window.delays.push(delay); return 0; }",
    );
    let fired = Rc::new(Cell::new(false));

    let _timers = [
        timer(Duration::ZERO, &fired),
        timer(LONGEST, &fired),
        timer(Duration::MAX, &fired),
    ];

    let delays = javascript("window.delays.join()").as_string();
    assert_eq!(delays.as_deref(), Some("1,2147483647,2147483647"));
}

fn timer(delay: Duration, fired: &Rc<Cell<bool>>) -> Timer {
    let fired = Rc::clone(fired);
    Timer::after(delay, move || fired.set(true))
}

/// Returns a condition that holds when a timer that began now and has this delay fired.
fn later(delay: Duration) -> impl Fn() -> bool {
    let fired = Rc::new(Cell::new(false));
    let timer = timer(delay, &fired);
    move || {
        let _kept = &timer;
        fired.get()
    }
}
