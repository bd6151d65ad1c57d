//! The warning as people meet it: named, modal, answered by one key, and gone without a trace.

use std::time::Duration;

use leptos::prelude::*;
use leptos_session::ui::{
    SessionDialogs,
    locale::{Locale, set_locale},
};
use session_core::{Command, Phase};
use session_protocol::{ServerMessage, WarningCause};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::support::{
    World,
    backend::refused,
    javascript::call,
    page::{description, focused, is_hit, name},
    stage::Reply,
    tick, turn, until,
    user::{click, fill, press, same},
};

const EXTEND: &str = "/api/session/extend";
const TITLE: &str = "Your session is about to expire";
const STAY: &str = "Stay signed in";

#[wasm_bindgen_test]
async fn the_warning_is_a_modal_alert_dialog_with_name_and_description() {
    let world = warned().await;

    let dialog = world.the("alertdialog", TITLE);

    assert_eq!(dialog.tag_name(), "DIALOG");
    assert!(dialog.matches(":modal").unwrap());
    assert_eq!(dialog.get_attribute("aria-modal").as_deref(), Some("true"));
    assert!(description(&dialog).starts_with("You have not been active"));
    let timer = world.the("timer", "Time left");
    assert_eq!(timer.get_attribute("aria-live").as_deref(), Some("off"));
    assert_eq!(timer.text_content().as_deref(), Some("2:00"));
}

#[wasm_bindgen_test]
async fn each_cause_has_its_words() {
    for (cause, beginning) in [
        (WarningCause::Idle, "You have not been active"),
        (
            WarningCause::Absolute,
            "The session reaches its longest duration",
        ),
        (WarningCause::Admin, "An administrator ends the session"),
    ] {
        let world = World::logged_in(view).await;
        world.warn(120, cause, false).await;
        let text = description(&world.the("alertdialog", TITLE));
        assert!(text.starts_with(beginning), "{cause:?}: {text}");
    }
}

#[wasm_bindgen_test]
async fn focus_goes_in_and_comes_back_with_its_caret() {
    let world = World::logged_in(view).await;
    let field = world.field("Note");
    fill(&field, "half a sentence").await;
    field.focus().unwrap();
    field.set_selection_range(4, 6).unwrap();

    warn(&world).await;
    assert!(same(&focused(), &world.the("button", STAY)));

    click(&world.the("button", STAY)).await;
    assert!(world.all("alertdialog").is_empty());
    assert!(same(&focused(), &field));
    let caret = (
        field.selection_start().unwrap(),
        field.selection_end().unwrap(),
    );
    assert_eq!(caret, (Some(4), Some(6)));
    assert_eq!(field.value(), "half a sentence");
}

#[wasm_bindgen_test]
async fn the_page_behind_is_inert() {
    let world = World::logged_in(view).await;
    let behind = world.the("button", "Behind");
    behind.focus().unwrap();
    assert!(is_hit(&behind));

    warn(&world).await;
    let dialog = world.only("alertdialog");
    assert!(!is_hit(&behind));
    for element in [behind.clone(), world.field("Note").unchecked_into()] {
        element.focus().unwrap();
        assert!(
            dialog.contains(Some(&focused())),
            "focus left for {}",
            name(&element)
        );
    }

    world.session.command(Command::StaySignedIn);
    tick().await;
    assert!(is_hit(&behind));
}

#[wasm_bindgen_test]
async fn one_press_of_the_button_extends() {
    let world = warned().await;

    click(&world.the("button", STAY)).await;

    assert!(world.all("alertdialog").is_empty());
    assert!(matches!(world.phase(), Phase::Active { .. }));
    assert_eq!(world.stage.calls(EXTEND).len(), 1);
}

#[wasm_bindgen_test]
async fn the_session_can_be_extended_a_dozen_times_in_a_row() {
    let world = World::logged_in(view).await;
    for round in 1..=12 {
        // Nobody is warned more often than this, and extensions are rationed.
        world.stage.advance(Duration::from_secs(10)).await;
        warn(&world).await;
        press(&focused(), "Escape").await;
        assert!(world.all("alertdialog").is_empty());
        assert_eq!(world.stage.calls(EXTEND).len(), round);
    }
}

#[wasm_bindgen_test]
async fn escape_means_stay() {
    let world = warned().await;

    let cancelled = press(&focused(), "Escape").await;

    assert!(cancelled, "the browser must not close the dialog itself");
    assert_eq!(world.stage.calls(EXTEND).len(), 1);
    assert!(world.all("alertdialog").is_empty());
}

#[wasm_bindgen_test]
async fn a_request_to_close_means_the_same_as_escape() {
    let world = warned().await;

    // What the browser makes of the key while no element has the focus.
    call(&world.only("alertdialog"), "requestClose", &[]);
    tick().await;

    assert_eq!(world.stage.calls(EXTEND).len(), 1);
    assert!(world.all("alertdialog").is_empty());
}

#[wasm_bindgen_test]
async fn while_the_extension_is_under_way_nothing_is_asked_twice() {
    let world = warned().await;
    world.stage.next(EXTEND, Reply::Held);

    click(&world.the("button", STAY)).await;
    let button = world.the("button", "Extending…");
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    click(&button).await;
    press(&focused(), "Escape").await;
    assert_eq!(world.stage.calls(EXTEND).len(), 1);
    assert!(same(&focused(), &button), "the button keeps the focus");

    let session = world.stage.backend().session();
    let outcome = crate::support::backend::ok(&session.to_value());
    world.stage.release(EXTEND, outcome).await;
    assert!(world.all("alertdialog").is_empty());
}

#[wasm_bindgen_test]
async fn a_refused_extension_is_told() {
    let world = warned().await;
    let refusal = refused(409, "not_extendable");
    world.stage.next(EXTEND, Reply::Now(refusal));

    click(&world.the("button", STAY)).await;

    let text = description(&world.only("alertdialog"));
    assert_eq!(text, "The session could not be extended. Save your work.");
    assert!(same(&focused(), &world.the("button", "Keep working")));
}

#[wasm_bindgen_test]
async fn the_user_can_log_out_instead() {
    let world = warned().await;

    click(&world.the("button", "Log out")).await;

    assert!(world.all("alertdialog").is_empty());
    assert_eq!(world.stage.calls("/api/auth/logout").len(), 1);
    assert!(matches!(world.phase(), Phase::Anonymous { .. }));
}

#[wasm_bindgen_test]
async fn an_extension_in_another_tab_takes_the_warning_away() {
    let world = warned().await;
    let session = world.stage.backend().session();

    world
        .stage
        .deliver(ServerMessage::SessionExtended { session })
        .await;

    assert!(world.all("alertdialog").is_empty());
    assert_eq!(world.stage.calls(EXTEND).len(), 0);
}

#[wasm_bindgen_test]
async fn a_second_warning_changes_the_dialog_and_not_the_focus() {
    let world = warned().await;
    let (dialog, inside) = (world.only("alertdialog"), focused());

    world.warn(60, WarningCause::Admin, true).await;

    assert!(same(&world.only("alertdialog"), &dialog));
    assert!(same(&focused(), &inside));
    assert!(description(&dialog).starts_with("An administrator"));
}

#[wasm_bindgen_test]
async fn a_dialog_that_the_browser_closes_opens_again() {
    let world = warned().await;
    let dialog: HtmlElement = world.only("alertdialog");

    call(&dialog, "close", &[]);

    until("it is open again", || dialog.matches(":modal").unwrap()).await;
    assert!(dialog.contains(Some(&focused())));
}

#[wasm_bindgen_test]
async fn a_page_that_goes_takes_its_open_dialog_along() {
    let mut world = warned().await;
    world.page().unmount();
    // The browser tells of the close only now; nobody may trip over it.
    turn().await;
    turn().await;
    assert!(crate::support::page::select(world.root(), "dialog").is_empty());
}

#[wasm_bindgen_test]
async fn the_warning_speaks_german() {
    let world = World::logged_in(|| {
        set_locale(Locale::German);
        view! { <SessionDialogs /> }
    })
    .await;
    warn(&world).await;

    let dialog = world.the("alertdialog", "Ihre Sitzung läuft bald ab");
    assert!(description(&dialog).starts_with("Sie waren eine Weile nicht aktiv."));
    assert!(world.has("timer", "Verbleibende Zeit"));
    assert!(world.has("button", "Angemeldet bleiben"));
    assert!(world.has("button", "Abmelden"));
}

fn view() -> impl IntoView {
    view! {
        <label>"Note" <input /></label>
        <button>"Behind"</button>
        <SessionDialogs />
    }
}

async fn warned() -> World {
    let world = World::logged_in(view).await;
    warn(&world).await;
    world
}

async fn warn(world: &World) {
    world.warn(120, WarningCause::Idle, true).await;
}
