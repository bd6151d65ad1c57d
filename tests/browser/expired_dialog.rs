//! The dialog after the end: why, the password again, and no way into a dead page.

use leptos::prelude::*;
use leptos_session::ui::{
    SessionDialogs,
    locale::{Locale, set_locale},
};
use session_core::{HttpFailure, Phase};
use session_protocol::{
    EndReason, ServerMessage, WarningCause,
    http::{LoginRequest, parse_body},
};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::support::{
    World,
    backend::refused,
    javascript::call,
    page::{description, focused, is_hit, select},
    stage::Reply,
    tick, until,
    user::{click, fill, press, same},
    world::EMAIL,
};

const LOGIN: &str = "/api/auth/login";
const TITLE: &str = "Session expired";
const AGAIN: &str = "Log in again";

#[wasm_bindgen_test]
async fn the_end_is_a_modal_alert_dialog_with_name_and_description() {
    let world = expired().await;

    let dialog = world.the("alertdialog", TITLE);

    assert!(dialog.matches("dialog:modal").unwrap());
    assert_eq!(dialog.get_attribute("aria-modal").as_deref(), Some("true"));
    let expected = "The session ended because you were not active. \
                    What you typed is kept. Log in again to go on where you were.";
    assert_eq!(description(&dialog).replace(".What", ". What"), expected);
    assert!(same(&focused(), &world.field("Password")));
    assert!(dialog.text_content().unwrap().contains(EMAIL));
}

#[wasm_bindgen_test]
async fn each_reason_has_its_words() {
    let world = World::logged_in(view).await;
    for (reason, words) in [
        (EndReason::SessionTimeout, "because you were not active"),
        (EndReason::AbsoluteTimeout, "reached its longest duration"),
        (
            EndReason::Revoked,
            "ended from another device or by an administrator",
        ),
        (EndReason::ReuseDetected, "its key was used twice"),
        (EndReason::AccountDisabled, "The account was disabled"),
        (EndReason::Replaced, "A newer login took the place"),
        (EndReason::NoSession, "does not know this session any more"),
    ] {
        world.expire(reason).await;
        let text = description(&world.the("alertdialog", TITLE));
        assert!(text.contains(words), "{reason:?}: {text}");
        world.log_in().await;
    }
}

#[wasm_bindgen_test]
async fn a_logout_elsewhere_shows_no_dialog() {
    let world = World::logged_in(view).await;

    world.expire(EndReason::LoggedOut).await;

    assert!(world.all("alertdialog").is_empty());
    let ended = Some(EndReason::LoggedOut);
    assert!(matches!(world.phase(), Phase::Anonymous { ended: found, .. } if found == ended));
}

#[wasm_bindgen_test]
async fn words_of_the_wire_are_never_shown() {
    let world = World::logged_in(view).await;
    let evil = "<img src=x onerror=alert(1)> call 0900-EVIL";

    world
        .stage
        .deliver_text(&format!(
            r#"{{"type":"SESSION_EXPIRED","reason":"{evil}","message":"{evil}"}}"#
        ))
        .await;

    assert!(world.has("alertdialog", TITLE));
    assert!(!world.contains("EVIL"));
    assert!(select(world.root(), "img").is_empty());
}

#[wasm_bindgen_test]
async fn escape_does_not_open_a_way_into_a_dead_page() {
    let world = expired().await;
    let dialog = world.only("alertdialog");

    for _ in 0..5 {
        assert!(press(&focused(), "Escape").await, "the key is caught");
        call(&dialog, "requestClose", &[]);
        call(&dialog, "close", &[]);
        until("it is open", || dialog.matches(":modal").unwrap()).await;
    }

    assert!(same(&world.only("alertdialog"), &dialog));
    assert!(dialog.contains(Some(&focused())));
    let behind = world.the("button", "Behind");
    behind.focus().unwrap();
    assert!(dialog.contains(Some(&focused())));
    assert!(!is_hit(&behind));
}

#[wasm_bindgen_test]
async fn a_thousand_expiries_are_one_dialog() {
    let world = World::logged_in(view).await;

    for round in 0..1000 {
        let reason = EndReason::ALL[round % EndReason::ALL.len()];
        world
            .stage
            .deliver_now(ServerMessage::SessionExpired { reason });
        if round % 100 == 0 {
            tick().await;
        }
    }
    tick().await;

    assert_eq!(select(world.root(), "dialog").len(), 1);
    let text = description(&world.the("alertdialog", TITLE));
    assert!(text.contains("not active"), "the first reason counts");
}

#[wasm_bindgen_test]
async fn an_expiry_takes_the_place_of_the_warning() {
    let world = World::logged_in(view).await;
    let field = world.field("Note");
    field.focus().unwrap();
    world.warn(60, WarningCause::Idle, true).await;

    world.expire(EndReason::SessionTimeout).await;

    assert_eq!(select(world.root(), "dialog").len(), 1);
    assert!(same(&focused(), &world.field("Password")));
    log_in_again(&world, "password").await;
    assert!(select(world.root(), "dialog").is_empty());
    assert!(
        same(&focused(), &field),
        "focus is where it was before both"
    );
}

#[wasm_bindgen_test]
async fn logging_in_again_takes_the_password_only() {
    let world = World::logged_in(view).await;
    world.field("Note").focus().unwrap();
    world.expire(EndReason::SessionTimeout).await;

    log_in_again(&world, "password").await;

    let login = sent_logins(&world).pop().unwrap();
    assert_eq!(login.email, EMAIL);
    assert_eq!(login.password.expose(), "password");
    assert!(world.all("alertdialog").is_empty());
    assert!(matches!(world.phase(), Phase::Active { .. }));
    assert!(same(&focused(), &world.field("Note")));
    assert_eq!(world.stage.sockets().len(), 2);
}

#[wasm_bindgen_test]
async fn password_managers_find_name_and_password() {
    let world = expired().await;

    let password = world.field("Password");
    assert_eq!(password.type_(), "password");
    assert_eq!(
        password.get_attribute("autocomplete").as_deref(),
        Some("current-password")
    );
    let name = select(world.root(), "dialog input[autocomplete=username]").remove(0);
    let name: &web_sys::HtmlInputElement = wasm_bindgen::JsCast::unchecked_ref(&name);
    assert_eq!(name.value(), EMAIL);
    assert!(!crate::support::user::dispatch(
        &password,
        "ClipboardEvent",
        "paste",
        "{ bubbles: true, cancelable: true }",
    ));
}

#[wasm_bindgen_test]
async fn a_wrong_password_is_told_and_nothing_else_changes() {
    let world = expired().await;
    let (dialog, password) = (world.only("alertdialog"), world.field("Password"));

    log_in_again(&world, "wrong").await;

    let error = "Email and password do not match. Check both and try again.";
    assert_eq!(world.only("alert").text_content().as_deref(), Some(error));
    assert!(same(&world.only("alertdialog"), &dialog));
    assert!(same(&world.field("Password"), &password));
    assert!(description(&password).contains("do not match"));

    log_in_again(&world, "password").await;
    assert!(world.all("alertdialog").is_empty());
}

#[wasm_bindgen_test]
async fn each_failure_of_a_login_has_its_words() {
    let world = expired().await;
    for (outcome, words) in [
        (
            Err(HttpFailure::Unreachable),
            "The server cannot be reached.",
        ),
        (Err(HttpFailure::TimedOut), "The server cannot be reached."),
        (refused(429, "too_many_attempts"), "Too many attempts."),
        (refused(503, "store_down"), "The server has a problem."),
    ] {
        world.stage.next(LOGIN, Reply::Now(outcome));
        log_in_again(&world, "password").await;
        let alert = world.only("alert").text_content().unwrap_or_default();
        assert!(alert.starts_with(words), "{alert}");
    }
}

#[wasm_bindgen_test]
async fn a_login_under_way_is_shown_and_not_sent_twice() {
    let world = expired().await;
    world.stage.next(LOGIN, Reply::Held);

    log_in_again(&world, "password").await;
    let button = world.the("button", "Logging in…");
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    click(&button).await;

    assert_eq!(sent_logins(&world).len(), 2, "the first login and this one");
    let unreachable = Err(HttpFailure::Unreachable);
    world.stage.release(LOGIN, unreachable).await;
    assert!(world.has("button", AGAIN));
}

#[wasm_bindgen_test]
async fn an_empty_password_is_not_sent() {
    let world = expired().await;
    click(&world.the("button", AGAIN)).await;
    assert_eq!(sent_logins(&world).len(), 1);
}

#[wasm_bindgen_test]
async fn the_password_does_not_outlive_the_dialog() {
    let world = expired().await;
    log_in_again(&world, "password").await;

    world.expire(EndReason::SessionTimeout).await;

    assert_eq!(world.field("Password").value(), "");
}

#[wasm_bindgen_test]
async fn leaving_ends_at_nobody() {
    let world = expired().await;

    click(&world.the("button", "Leave")).await;

    assert!(world.all("alertdialog").is_empty());
    let ended = Some(EndReason::SessionTimeout);
    assert!(matches!(world.phase(), Phase::Anonymous { ended: found, .. } if found == ended));
}

#[wasm_bindgen_test]
async fn the_end_speaks_german() {
    let world = World::logged_in(|| {
        set_locale(Locale::German);
        view! { <SessionDialogs /> }
    })
    .await;
    world.expire(EndReason::Revoked).await;

    let dialog = world.the("alertdialog", "Sitzung abgelaufen");
    let text = description(&dialog);
    assert!(
        text.starts_with("Die Sitzung wurde von einem anderen Gerät"),
        "{text}"
    );
    assert!(world.has("textbox", "Passwort"));
    assert!(world.has("button", "Wieder anmelden"));
    assert!(world.has("button", "Verlassen"));
}

fn view() -> impl IntoView {
    view! {
        <label>"Note" <input /></label>
        <button>"Behind"</button>
        <SessionDialogs />
    }
}

async fn expired() -> World {
    let world = World::logged_in(view).await;
    world.expire(EndReason::SessionTimeout).await;
    world
}

async fn log_in_again(world: &World, password: &str) {
    let field: HtmlElement = world.the("textbox", "Password");
    fill(&field, password).await;
    click(&world.the("button", AGAIN)).await;
}

fn sent_logins(world: &World) -> Vec<LoginRequest> {
    let calls = world.stage.calls(LOGIN).into_iter();
    calls
        .map(|call| LoginRequest::from_value(&parse_body(&call.body.unwrap()).unwrap()).unwrap())
        .collect()
}
