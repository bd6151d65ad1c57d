//! The facts of the page, and the listener that they come through.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos_session::platform::{
    Sink,
    listener::Listener,
    page::{Page, is_visible},
};
use session_core::Input;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Errors, Recorder, Shadowed, World, tick, user::dispatch};

#[wasm_bindgen_test]
fn the_network_comes_and_goes() {
    let (facts, _page) = watch();
    on_window("Event", "offline");
    on_window("Event", "online");
    assert_eq!(facts.facts(), [Input::WentOffline, Input::WentOnline]);
}

#[wasm_bindgen_test]
fn a_page_that_begins_without_a_network_says_so() {
    let _offline = Shadowed::new("navigator", "onLine", "false");
    let (facts, _page) = watch();
    assert_eq!(facts.facts(), [Input::WentOffline]);
}

#[wasm_bindgen_test]
fn a_page_that_begins_hidden_says_so() {
    let _hidden = Shadowed::new("document", "visibilityState", "'hidden'");
    let (facts, _page) = watch();
    assert_eq!(facts.facts(), [Input::PageHidden]);
}

#[wasm_bindgen_test]
fn hiding_and_showing_are_facts() {
    let (facts, _page) = watch();
    {
        let _hidden = Shadowed::new("document", "visibilityState", "'hidden'");
        assert!(!is_visible());
        on_document("Event", "visibilitychange");
    }
    on_document("Event", "visibilitychange");
    let shown = Input::PageShown { persisted: false };
    assert_eq!(facts.facts(), [Input::PageHidden, shown]);
}

#[wasm_bindgen_test]
fn only_a_page_of_the_back_forward_cache_comes_back() {
    let (facts, _page) = watch();
    on_window("PageTransitionEvent", "pageshow");
    let init = "{ persisted: true }";
    dispatch(&window(), "PageTransitionEvent", "pageshow", init);
    assert_eq!(facts.facts(), [Input::PageShown { persisted: true }]);
}

#[wasm_bindgen_test]
fn a_page_that_comes_back_unseen_stays_hidden() {
    let (facts, _page) = watch();
    let _hidden = Shadowed::new("document", "visibilityState", "'hidden'");
    let init = "{ persisted: true }";
    dispatch(&window(), "PageTransitionEvent", "pageshow", init);
    assert_eq!(facts.facts(), [Input::PageHidden, Input::PageResumed]);
}

#[wasm_bindgen_test]
fn a_page_that_is_left_stops_whether_it_comes_back_or_not() {
    let (facts, _page) = watch();
    for init in ["{ persisted: false }", "{ persisted: true }"] {
        dispatch(&window(), "PageTransitionEvent", "pagehide", init);
    }
    assert_eq!(facts.facts(), [Input::PageLeft, Input::PageLeft]);
}

#[wasm_bindgen_test]
fn focus_freezing_and_resuming_are_facts() {
    let (facts, _page) = watch();
    on_window("Event", "focus");
    on_document("Event", "freeze");
    on_document("Event", "resume");
    let expected = [Input::PageFocused, Input::PageFrozen, Input::PageResumed];
    assert_eq!(facts.facts(), expected);
}

#[wasm_bindgen_test]
fn the_focus_of_a_field_is_not_that_of_the_page() {
    let (facts, _page) = watch();
    let document = window().document().unwrap();
    let field = document.create_element("input").unwrap();
    let body = document.body().unwrap();
    body.append_child(&field).unwrap();
    dispatch(&field, "FocusEvent", "focus", "{}");
    field.remove();
    assert_eq!(facts.facts(), []);
}

#[wasm_bindgen_test]
async fn all_that_wakes_a_page_leads_to_one_question() {
    let world = World::logged_in(|| ()).await;
    world.stage.advance(Duration::from_secs(600)).await;
    let facts = world.stage.facts();
    let sink: Sink = Rc::new(move |input| facts.send(input));
    let page = Page::watch(&sink);
    let asked = world.stage.calls("/api/session").len();

    // The machine slept for ten minutes, and the browser tells of it in six ways within 50 ms.
    on_document("Event", "freeze");
    on_window("Event", "offline");
    world.stage.sleep(Duration::from_secs(600));
    let persisted = "{ persisted: true }";
    let wakes: [&dyn Fn(); 6] = [
        &|| on_document("Event", "resume"),
        &|| _ = dispatch(&window(), "PageTransitionEvent", "pageshow", persisted),
        &|| on_document("Event", "visibilitychange"),
        &|| on_window("Event", "online"),
        &|| on_window("Event", "focus"),
        &|| world.stage.fact(Input::DeadlineReached),
    ];
    for wake in wakes {
        wake();
        tick().await;
        world.stage.advance(Duration::from_millis(8)).await;
    }
    drop(page);
    world.stage.advance(Duration::from_secs(10)).await;

    assert_eq!(world.stage.calls("/api/session").len(), asked + 1);
}

#[wasm_bindgen_test]
fn what_a_script_does_is_no_activity() {
    let (facts, _page) = watch();
    for (class, name) in [
        ("PointerEvent", "pointerdown"),
        ("PointerEvent", "pointermove"),
        ("KeyboardEvent", "keydown"),
        ("WheelEvent", "wheel"),
        ("Event", "touchstart"),
    ] {
        on_document(class, name);
    }
    assert_eq!(facts.facts(), []);
}

#[wasm_bindgen_test]
fn a_dropped_page_reports_nothing() {
    let _errors = Errors::watch();
    let (facts, page) = watch();
    drop(page);
    on_window("Event", "offline");
    on_window("Event", "online");
    on_document("Event", "visibilitychange");
    dispatch(
        &window(),
        "PageTransitionEvent",
        "pageshow",
        "{ persisted: true }",
    );
    assert_eq!(facts.facts(), []);
}

#[wasm_bindgen_test]
fn a_listener_hears_events_that_others_stop_and_cannot_cancel_them() {
    let heard = Rc::new(Cell::new(0));
    let document = web_sys::window().unwrap().document().unwrap();
    let listener = {
        let heard = Rc::clone(&heard);
        Listener::new(&document, "wheel", move |event| {
            event.prevent_default();
            heard.set(heard.get() + 1);
        })
    };
    let body = document.body().unwrap();
    let stopping = Listener::new(&body, "wheel", |event| event.stop_propagation());

    let init = "{ bubbles: true, cancelable: true }";
    let cancelled = dispatch(&body, "WheelEvent", "wheel", init);
    assert!(!cancelled);
    assert_eq!(heard.get(), 1);

    drop((listener, stopping));
    dispatch(&body, "WheelEvent", "wheel", init);
    assert_eq!(heard.get(), 1, "a dropped listener hears nothing");
}

fn watch() -> (Recorder, Page) {
    let facts = Recorder::default();
    let page = Page::watch(&facts.sink());
    (facts, page)
}

fn window() -> web_sys::Window {
    web_sys::window().unwrap()
}

fn on_window(class: &str, name: &str) {
    dispatch(&window(), class, name, "{}");
}

fn on_document(class: &str, name: &str) {
    dispatch(
        &window().document().unwrap(),
        class,
        name,
        "{ bubbles: true }",
    );
}
