//! The address bar adapter against the browser's session history.

use std::{cell::Cell, rc::Rc};

use leptos_session::platform::history;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::until;

#[wasm_bindgen_test]
async fn moving_keeps_the_page_and_the_way_back() {
    let home = history::path();
    let moves = Rc::new(Cell::new(0));
    let listener = {
        let moves = Rc::clone(&moves);
        history::on_move(move || moves.set(moves.get() + 1))
    };

    history::push("/notes/1?a=b#part");
    assert_eq!(history::path(), "/notes/1?a=b#part");
    assert_eq!(moves.get(), 0, "the page itself moved, not the user");

    history::replace("/notes/2");
    assert_eq!(history::path(), "/notes/2");

    back();
    until("the user went back", || history::path() == home).await;
    until("the listener heard it", || moves.get() == 1).await;

    drop(listener);
    history::push("/notes/3");
    back();
    until("the user went back again", || history::path() == home).await;
    assert_eq!(moves.get(), 1, "a dropped listener hears nothing");
}

#[wasm_bindgen_test]
fn an_address_of_another_origin_is_no_failure() {
    let home = history::path();
    history::push("https://elsewhere.test/");
    history::replace("https://elsewhere.test/");
    assert_eq!(history::path(), home);
}

fn back() {
    web_sys::window()
        .unwrap()
        .history()
        .unwrap()
        .back()
        .unwrap();
}
