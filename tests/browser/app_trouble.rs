//! The app without a network or without what was asked for: it says so at once and in true words,
//! and what is no trouble any more is not shown any more.

use std::time::Duration;

use gloo_net::http::Method;
use session_core::{HttpFailure, Input};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Opened, Stage,
    page::{is_visible, select},
    stage::{Recorded, Reply},
    tick, until,
    user::{click, dispatch, fill},
    world::config,
};

const OFFLINE: &str = "You are offline. This works again when the connection is back.";
const LOST: &str = "The server cannot be reached. Nothing is lost; try again.";

#[wasm_bindgen_test]
async fn saving_without_a_network_says_so_at_once_and_the_draft_stays() {
    let app = Opened::at("/").await;
    app.log_in().await;
    let text = app.note().await;
    fill(&text, "half a thought").await;
    app.stage.fact(Input::WentOffline);
    app.says("Offline").await;
    let calls = app.stage.recorded().len();

    click(&app.page.the("button", "Save")).await;

    app.warns(OFFLINE).await;
    app.says("Draft kept on this device").await;
    assert!(is_visible(&app.page.the("button", "Discard draft")));
    assert_eq!(app.stage.recorded().len(), calls, "nothing is sent");

    app.stage.fact(Input::WentOnline);
    app.says("Live").await;
    app.warns("").await;
    click(&app.page.the("button", "Save")).await;
    app.says("Saved").await;
}

#[wasm_bindgen_test]
async fn a_server_that_was_away_is_no_problem_once_it_is_back() {
    let app = Opened::at("/").await;
    app.log_in().await;
    let text = app.note().await;
    fill(&text, "half a thought").await;
    let lost = Reply::Now(Err(HttpFailure::Unreachable));
    app.stage.next("/api/notes/n1", lost);

    click(&app.page.the("button", "Save")).await;
    app.warns(LOST).await;

    app.stage.close(1006, "").await;
    app.says("Reconnecting").await;
    assert!(app.page.contains(LOST));
    app.stage.advance(Duration::from_secs(60)).await;
    app.says("Live").await;
    app.warns("").await;
}

#[wasm_bindgen_test]
async fn what_waits_for_the_network_says_so_and_comes_with_it() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.follows("Devices").await;
    app.stage.next("/api/notes", Reply::Held);
    app.follows("Notes").await;
    let note = || select(app.page.root(), ".skeleton .note").remove(0);
    assert_eq!(note().text_content().as_deref(), Some(""));

    app.stage.fact(Input::WentOffline);

    until("the reason is told", || {
        note()
            .text_content()
            .unwrap()
            .starts_with("You are offline.")
    })
    .await;
    let lost = Err(HttpFailure::Unreachable);
    app.stage.release("/api/notes", lost).await;
    app.stage.fact(Input::WentOnline);
    app.comes("heading", "No notes yet").await;
}

#[wasm_bindgen_test]
async fn a_note_that_is_not_there_is_not_said_to_have_been() {
    let app = Opened::at("/notes/deadbeef").await;
    app.log_in().await;
    app.warns("This does not exist, or it was deleted.").await;
}

#[wasm_bindgen_test]
async fn a_server_that_cannot_be_reached_is_asked_again_and_the_page_says_that() {
    let stage = Stage::default();
    stage.next("/api/session", Reply::Now(Err(HttpFailure::Unreachable)));

    let app = Opened::on(stage.clone(), "/notes", config().scope).await;

    app.says("The server cannot be reached. Trying again…")
        .await;
    stage.advance(Duration::from_secs(60)).await;
    app.comes("heading", "Log in").await;
}

#[wasm_bindgen_test]
async fn the_key_for_saving_asks_the_form_first() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.note().await;
    let title = app.page.field("Title");
    let saved = || {
        let recorded = app.stage.recorded();
        let is_put = |it: &&Recorded| it.call.method == Method::PUT;
        recorded.iter().filter(is_put).count()
    };
    let press = async || {
        let keys = "{ key: 's', ctrlKey: true, bubbles: true, cancelable: true }";
        assert!(dispatch(&title, "KeyboardEvent", "keydown", keys));
        tick().await;
    };

    fill(&title, "").await;
    press().await;
    assert_eq!(saved(), 0, "a note needs a title");

    fill(&title, "A title").await;
    press().await;
    app.says("Saved").await;
    assert_eq!(saved(), 1);
}

#[wasm_bindgen_test]
async fn titles_and_texts_run_in_their_own_direction() {
    let app = Opened::at("/").await;
    app.log_in().await;
    let text = app.note().await;
    fill(&app.page.field("Title"), "שלום").await;
    fill(&text, "مرحبا").await;
    for field in [app.page.the("textbox", "Title"), text.unchecked_into()] {
        assert!(field.matches(":dir(rtl)").unwrap());
    }
    click(&app.page.the("button", "Save")).await;
    app.says("Saved").await;
    app.follows("Notes").await;
    until("the note is listed", || app.page.contains("שלום")).await;
    for part in select(app.page.root(), "a.what :is(strong, .note)") {
        assert!(part.matches(":dir(rtl)").unwrap(), "{}", part.outer_html());
    }
}
