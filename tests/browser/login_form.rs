//! The login form as people and password managers meet it.

use leptos::prelude::*;
use leptos_session::ui::{
    LoginForm,
    locale::{Locale, set_locale},
};
use session_core::{HttpFailure, Phase};
use session_protocol::http::{LoginRequest, parse_body};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlInputElement;

use crate::support::{
    World,
    page::description,
    stage::Reply,
    user::{click, fill},
    world::EMAIL,
};

const LOGIN: &str = "/api/auth/login";

#[wasm_bindgen_test]
async fn a_person_logs_in() {
    let world = World::anonymous(|| view! { <LoginForm /> }).await;

    fill(&world.field("Email"), EMAIL).await;
    fill(&world.field("Password"), "password").await;
    click(&world.the("checkbox", "Remember me")).await;
    click(&world.the("button", "Log in")).await;

    let sent = world.stage.calls(LOGIN).remove(0).body.unwrap();
    let login = LoginRequest::from_value(&parse_body(&sent).unwrap()).unwrap();
    assert_eq!((login.email.as_str(), login.remember_me), (EMAIL, true));
    assert!(matches!(world.phase(), Phase::Active { .. }));
}

#[wasm_bindgen_test]
async fn password_managers_find_their_fields() {
    let world = World::anonymous(|| view! { <LoginForm /> }).await;
    for (name, kind, autocomplete) in [
        ("Email", "email", "username"),
        ("Password", "password", "current-password"),
    ] {
        let field: HtmlInputElement = world.field(name);
        assert_eq!(field.type_(), kind);
        assert_eq!(
            field.get_attribute("autocomplete").as_deref(),
            Some(autocomplete)
        );
        assert!(field.required());
    }
}

#[wasm_bindgen_test]
async fn an_incomplete_form_is_not_sent() {
    let world = World::anonymous(|| view! { <LoginForm /> }).await;
    click(&world.the("button", "Log in")).await;
    fill(&world.field("Email"), EMAIL).await;
    click(&world.the("button", "Log in")).await;
    assert!(world.stage.calls(LOGIN).is_empty());
}

#[wasm_bindgen_test]
async fn a_wrong_password_is_told_and_what_was_typed_stays() {
    let world = World::anonymous(|| view! { <LoginForm /> }).await;

    log_in(&world, "wrong").await;

    let error = "Email and password do not match. Check both and try again.";
    assert_eq!(world.only("alert").text_content().as_deref(), Some(error));
    assert_eq!(description(&world.field("Password")), error);
    assert_eq!(world.field("Email").value(), EMAIL);
}

#[wasm_bindgen_test]
async fn a_login_under_way_is_shown_and_not_sent_twice() {
    let world = World::anonymous(|| view! { <LoginForm /> }).await;
    world.stage.next(LOGIN, Reply::Held);

    log_in(&world, "password").await;
    let button = world.the("button", "Logging in…");
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    click(&button).await;

    assert_eq!(world.stage.calls(LOGIN).len(), 1);
    world.stage.release(LOGIN, Err(HttpFailure::TimedOut)).await;
    assert!(world.has("button", "Log in"));
    let alert = world.only("alert").text_content().unwrap();
    assert!(
        alert.starts_with("The server cannot be reached."),
        "{alert}"
    );
}

#[wasm_bindgen_test]
async fn the_form_speaks_german() {
    let world = World::anonymous(|| {
        set_locale(Locale::German);
        view! { <LoginForm /> }
    })
    .await;
    for (role, name) in [
        ("textbox", "E-Mail"),
        ("textbox", "Passwort"),
        ("checkbox", "Angemeldet bleiben"),
        ("button", "Anmelden"),
    ] {
        assert!(world.has(role, name), "{role} {name}");
    }
}

async fn log_in(world: &World, password: &str) {
    fill(&world.field("Email"), EMAIL).await;
    fill(&world.field("Password"), password).await;
    click(&world.the("button", "Log in")).await;
}
