//! The app on the scripted platform, used like a person uses it.

use std::time::Duration;

use leptos_session::platform::history;
use session_core::Input;
use session_protocol::SessionStatus;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use crate::support::{
    Opened,
    backend::ok,
    javascript,
    page::{description, document, focused, is_visible, select},
    stage::Reply,
    until,
    user::{click, fill, same},
};

#[wasm_bindgen_test]
async fn a_person_works_is_interrupted_and_goes_on() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.comes("heading", "Dashboard").await;
    app.receives_updates(3).await;

    let text = app.note().await;
    fill(&text, "half a thought").await;
    text.focus().unwrap();
    text.set_selection_range(4, 6).unwrap();
    app.says("Draft kept on this device").await;

    app.expire().await;
    app.comes("alertdialog", "Session expired").await;
    assert!(
        app.page
            .all("textbox")
            .iter()
            .all(|field| field.id() != "note-text")
    );
    assert!(!app.page.root().inner_html().contains("half a thought"));

    fill(&app.page.field("Password"), "password").await;
    click(&app.page.the("button", "Log in again")).await;
    app.comes("textbox", "Text").await;
    let again: HtmlTextAreaElement = app.page.the("textbox", "Text").unchecked_into();
    assert_eq!(again.value(), "half a thought");
    until("the caret is where it was", || {
        let caret = (
            again.selection_start().unwrap(),
            again.selection_end().unwrap(),
        );
        same(&focused(), &again) && caret == (Some(4), Some(6))
    })
    .await;

    click(&app.page.the("button", "Save")).await;
    app.says("Saved").await;
    app.follows("Dashboard").await;
    app.receives_updates(2).await;

    click(&app.page.the("button", "Log out")).await;
    app.comes("heading", "Log in").await;
    app.says("You have logged out.").await;
    let drafts = "Logging out removes unsaved drafts from this device.";
    assert!(app.page.contains(drafts));
    assert!(app.page.all("alertdialog").is_empty());
    assert!(app.page.all("navigation").is_empty());
}

#[wasm_bindgen_test]
async fn a_night_over_a_note_loses_neither_text_nor_caret() {
    let app = Opened::at("/").await;
    app.log_in().await;
    let text = app.note().await;
    fill(&text, "half a thought").await;
    text.focus().unwrap();
    text.set_selection_range(4, 6).unwrap();

    app.stage.advance(Duration::from_secs(60)).await;
    app.stage.backend().user.take();
    app.stage.sleep(Duration::from_secs(8 * 3600));
    app.stage.next("/api/session", Reply::Held);
    app.stage.fact(Input::PageFocused);
    app.says("Checking your session…").await;
    assert!(text.is_connected() && !is_visible(&text));
    assert!(
        app.page.has("link", "Notes"),
        "the ways around are no secret"
    );

    let over = SessionStatus::Ended { reason: None };
    app.stage
        .release("/api/session", ok(&over.to_value()))
        .await;
    app.comes("alertdialog", "Session expired").await;
    assert!(!app.page.root().inner_html().contains("half a thought"));

    fill(&app.page.field("Password"), "password").await;
    click(&app.page.the("button", "Log in again")).await;
    app.comes("textbox", "Text").await;
    let again: HtmlTextAreaElement = app.page.the("textbox", "Text").unchecked_into();
    assert_eq!(again.value(), "half a thought");
    until("the caret is where it was", || {
        let caret = (again.selection_start(), again.selection_end());
        same(&focused(), &again) && caret == (Ok(Some(4)), Ok(Some(6)))
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_lines_of_one_step_are_a_group() {
    let app = Opened::at("/inspector").await;
    app.log_in().await;
    app.comes("heading", "Inspector").await;
    let rows = || select(app.page.root(), "tbody tr");
    until("there are lines", || rows().len() > 5).await;
    let cell = |row: &HtmlElement, number: usize| {
        let cells = select(row, "td");
        cells[number].text_content().unwrap()
    };

    let lines: Vec<_> = rows()
        .iter()
        .map(|row| (cell(row, 0), cell(row, 3)))
        .collect();

    assert!(!lines[0].0.is_empty(), "each group begins with its time");
    let untimed = |name: &str| lines.iter().any(|(time, it)| time.is_empty() && it == name);
    assert!(untimed("LoginSucceeded"), "what began a step stands last");
}

#[wasm_bindgen_test]
async fn the_address_that_was_asked_for_comes_after_the_login() {
    let app = Opened::at("/notes").await;
    app.comes("heading", "Log in").await;

    app.log_in().await;

    app.comes("heading", "Notes").await;
    assert_eq!(history::path(), "/notes");
    until("the title says so", || {
        document().title().starts_with("Notes")
    })
    .await;
}

#[wasm_bindgen_test]
async fn back_and_forward_move_between_pages() {
    let app = Opened::at("/").await;
    app.log_in().await;
    for page in ["Notes", "Devices", "Inspector", "Settings"] {
        app.follows(page).await;
        let current = app.page.the("link", page).get_attribute("aria-current");
        assert_eq!(current.as_deref(), Some("page"));
    }

    let history = web_sys::window().unwrap().history().unwrap();
    history.back().unwrap();
    app.comes("heading", "Inspector").await;
    history.back().unwrap();
    app.comes("heading", "Devices").await;
    history.forward().unwrap();
    app.comes("heading", "Inspector").await;
}

#[wasm_bindgen_test]
async fn an_address_without_a_page_says_so() {
    let app = Opened::at("/no/such/page").await;
    app.log_in().await;
    app.comes("heading", "Page not found").await;

    click(&app.page.the("link", "Go to the dashboard")).await;

    app.comes("heading", "Dashboard").await;
    assert_eq!(history::path(), "/");
}

#[wasm_bindgen_test]
async fn a_page_asks_for_nothing_while_nobody_is_logged_in() {
    let app = Opened::at("/notes").await;
    app.comes("heading", "Log in").await;

    let recorded = app.stage.recorded();
    let urls: Vec<_> = recorded.iter().map(|it| it.call.url.as_str()).collect();
    assert_eq!(urls, ["/api/session"]);
}

#[wasm_bindgen_test]
async fn leaving_after_the_end_tells_why_on_the_login_page() {
    let app = Opened::at("/devices").await;
    app.log_in().await;
    app.comes("heading", "Devices").await;
    app.expire().await;
    let text = description(&app.page.only("alertdialog"));
    assert!(text.contains("ended from another device"), "{text}");

    click(&app.page.the("button", "Leave")).await;

    app.comes("heading", "Log in").await;
    app.says("The session was ended from another device or by an administrator.")
        .await;
    assert!(!app.page.contains("drafts"), "an expiry keeps them");
    app.log_in().await;
    app.comes("heading", "Devices").await;
}

#[wasm_bindgen_test]
async fn the_token_is_nowhere_in_page_address_or_storage() {
    let app = Opened::at("/inspector").await;
    app.log_in().await;
    app.comes("heading", "Inspector").await;

    let places = javascript(
        "[document.documentElement.outerHTML, location.href, document.cookie,
          JSON.stringify(localStorage), JSON.stringify(sessionStorage),
          JSON.stringify(history.state)].join()",
    );
    let places = places.as_string().unwrap();
    assert!(
        places.contains("RequestLogin"),
        "the inspector shows what happened"
    );
    assert!(!places.contains("token-1"));
    assert!(!places.contains("\"password\""));
}

#[wasm_bindgen_test]
async fn the_language_changes_in_place_and_is_kept() {
    let app = Opened::at("/settings").await;
    app.log_in().await;
    app.comes("heading", "Settings").await;

    click(&app.page.the("radio", "Deutsch")).await;

    app.comes("heading", "Optionen").await;
    assert!(app.page.has("button", "Abmelden"));
    let language = document().document_element().unwrap().get_attribute("lang");
    assert_eq!(language.as_deref(), Some("de"));
    app.expire().await;
    app.comes("alertdialog", "Sitzung abgelaufen").await;
    click(&app.page.the("button", "Verlassen")).await;
    app.comes("heading", "Anmelden").await;

    let scope = app.close();
    let app = Opened::with_scope("/", scope).await;
    app.comes("heading", "Anmelden").await;
}
