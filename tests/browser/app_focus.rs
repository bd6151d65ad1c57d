//! Keyboards and screen readers keep their place: what takes itself away hands the focus on.

use session_protocol::{EndReason, ServerMessage};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Opened,
    page::{document, focused, name},
    until,
    user::{click, fill, press, same},
};

/// Waits until the element with this role and name has the focus.
async fn reaches(app: &Opened, role: &str, name: &str) {
    until(&format!("{role} \"{name}\" has the focus"), || {
        app.page.has(role, name) && same(&focused(), &app.page.the(role, name))
    })
    .await;
}

#[wasm_bindgen_test]
async fn discarding_a_draft_goes_to_the_text() {
    let app = Opened::at("/").await;
    app.log_in().await;
    let text = app.note().await;
    fill(&text, "half a thought").await;
    let discard = app.page.the("button", "Discard draft");
    discard.focus().unwrap();

    click(&discard).await;

    assert_eq!(text.value(), "");
    reaches(&app, "textbox", "Text").await;
}

#[wasm_bindgen_test]
async fn the_question_before_deleting_has_the_focus_and_gives_it_back() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.note().await;
    app.follows("Notes").await;
    app.comes("button", "Delete").await;

    for answer in ["Enter", "Escape"] {
        let delete = app.page.the("button", "Delete");
        delete.focus().unwrap();
        click(&delete).await;
        reaches(&app, "button", "Keep").await;
        assert_eq!(name(&app.page.only("group")), "Delete for good?");
        if answer == "Escape" {
            press(&focused(), answer).await;
        } else {
            click(&focused()).await;
        }
        reaches(&app, "button", "Delete").await;
        assert!(app.page.all("group").is_empty());
    }
    assert!(app.page.contains("Untitled note"));
}

#[wasm_bindgen_test]
async fn a_deleted_note_leaves_the_focus_at_the_heading() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.note().await;
    app.follows("Notes").await;
    app.comes("button", "Delete").await;
    let delete = app.page.the("button", "Delete");
    delete.focus().unwrap();
    click(&delete).await;
    reaches(&app, "button", "Keep").await;

    let delete = app.page.the("button", "Delete");
    delete.focus().unwrap();
    click(&delete).await;

    app.says("Note deleted").await;
    app.comes("heading", "No notes yet").await;
    reaches(&app, "heading", "Notes").await;
}

#[wasm_bindgen_test]
async fn focus_that_the_browser_took_to_the_body_comes_back_after_a_login() {
    let app = Opened::at("/").await;
    app.log_in().await;
    let text = app.note().await;
    fill(&text, "half a thought").await;
    text.focus().unwrap();
    app.warn(60).await;
    app.comes("alertdialog", "Your session is about to expire")
        .await;
    // As a Tab key behind the last button of the dialog.
    focused().blur().unwrap();
    assert!(same(&focused(), &document().body().unwrap()));

    app.stage.backend().user.take();
    let reason = EndReason::AbsoluteTimeout;
    app.stage
        .deliver(ServerMessage::SessionExpired { reason })
        .await;
    app.comes("alertdialog", "Session expired").await;
    fill(&app.page.field("Password"), "password").await;
    click(&app.page.the("button", "Log in again")).await;

    app.comes("textbox", "Text").await;
    reaches(&app, "textbox", "Text").await;
}

#[wasm_bindgen_test]
async fn the_title_tells_of_the_end_while_it_lasts() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.follows("Notes").await;
    let begins = async |beginning: &str| {
        let what = format!("the title begins with {beginning}");
        until(&what, || document().title().starts_with(beginning)).await;
    };

    app.warn(60).await;
    begins("Your session is about to expire · Notes").await;
    app.expire().await;
    begins("Session expired · Notes").await;
    fill(&app.page.field("Password"), "password").await;
    click(&app.page.the("button", "Log in again")).await;
    begins("Notes").await;
}
