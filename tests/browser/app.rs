//! The app on the scripted platform, used like a person uses it.

use std::{cell::RefCell, rc::Rc, time::Duration};

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos_session::{
    app::App,
    platform::{history, http::Call, storage::Shelf},
};
use session_core::Input;
use session_protocol::{EndReason, ServerMessage, SessionStatus, Value, http::parse_body};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use crate::support::{
    Page, Stage,
    backend::{Outcome, ok, refused},
    javascript,
    page::{description, document, focused, is_visible, select},
    stage::Reply,
    tick, until,
    user::{click, fill, same},
    world::{EMAIL, config},
};

#[wasm_bindgen_test]
async fn a_person_works_is_interrupted_and_goes_on() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.comes("heading", "Dashboard").await;
    app.receives_updates(3).await;

    app.follows("Notes").await;
    app.comes("button", "New note").await;
    click(&app.page.the("button", "New note")).await;
    app.comes("textbox", "Text").await;
    let text: HtmlTextAreaElement = app.page.the("textbox", "Text").unchecked_into();
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
    assert!(app.page.all("alertdialog").is_empty());
    assert!(app.page.all("navigation").is_empty());
}

#[wasm_bindgen_test]
async fn a_night_over_a_note_loses_neither_text_nor_caret() {
    let app = Opened::at("/").await;
    app.log_in().await;
    app.follows("Notes").await;
    app.comes("button", "New note").await;
    click(&app.page.the("button", "New note")).await;
    app.comes("textbox", "Text").await;
    let text: HtmlTextAreaElement = app.page.the("textbox", "Text").unchecked_into();
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

/// The app, opened at an address.
struct Opened {
    page: Page,
    stage: Stage,
    scope: String,
}

impl Opened {
    async fn at(path: &str) -> Self {
        Self::with_scope(path, config().scope).await
    }

    async fn with_scope(path: &str, scope: String) -> Self {
        history::replace(path);
        let stage = Stage::default();
        let notes = Notes::default();
        stage.rule(move |call| notes.answer(call));
        let mut config = config();
        config.scope.clone_from(&scope);
        let platform = Box::new(stage.clone());
        let page = Page::mount(move || view! { <App config platform /> });
        tick().await;
        Self { page, stage, scope }
    }

    /// Closes the page and keeps what it stored.
    fn close(mut self) -> String {
        std::mem::take(&mut self.scope)
    }

    async fn log_in(&self) {
        self.comes("button", "Log in").await;
        fill(&self.page.field("Email"), EMAIL).await;
        fill(&self.page.field("Password"), "password").await;
        click(&self.page.the("button", "Log in")).await;
    }

    async fn expire(&self) {
        self.stage.backend().user.take();
        let reason = EndReason::Revoked;
        let message = ServerMessage::SessionExpired { reason };
        self.stage.deliver(message).await;
    }

    /// Waits until there is an element with this role and name.
    async fn comes(&self, role: &str, name: &str) {
        let what = format!("there is a {role} \"{name}\"");
        until(&what, || self.page.has(role, name)).await;
    }

    /// Waits until a status says this.
    async fn says(&self, text: &str) {
        let status = || self.page.all("status").into_iter();
        until(text, || {
            status().any(|it| it.text_content().as_deref() == Some(text))
        })
        .await;
    }

    async fn follows(&self, page: &str) {
        click(&self.page.the("link", page)).await;
        self.comes("heading", page).await;
    }

    /// The server sends updates, and the page counts them.
    async fn receives_updates(&self, number: u64) {
        let before = self.update_count();
        for _ in 0..number {
            let seq = self.stage.next_seq();
            self.stage
                .deliver_now(super::updates::update("system", seq));
        }
        until("the updates are counted", || {
            self.update_count() == before + number
        })
        .await;
    }

    fn update_count(&self) -> u64 {
        let count = select(self.page.root(), "[data-testid=update-count]").remove(0);
        count.text_content().unwrap().parse().unwrap()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.page.unmount();
        if !self.scope.is_empty() {
            Shelf::new(&self.scope).remove_all("");
        }
        history::replace("/");
    }
}

/// The notes of the backend.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<Value>>>);

impl Notes {
    fn answer(&self, call: &Call) -> Option<Outcome> {
        let below = call.url.strip_prefix("/api/notes")?;
        if call.token.is_none() {
            return Some(refused(401, "token_expired"));
        }
        let mut notes = self.0.borrow_mut();
        let body = call.body.as_deref().map(|body| parse_body(body).unwrap());
        let found = notes.iter().position(|note| below == note["path"]);
        Some(match (&call.method, body, found) {
            (&Method::GET, _, None) if below.is_empty() => ok(&Value::Array(notes.clone())),
            (&Method::POST, Some(mut note), None) => {
                let id = format!("n{}", notes.len() + 1);
                note["path"] = format!("/{id}").into();
                note["id"] = id.into();
                note["updatedAt"] = 1.into();
                notes.push(note.clone());
                ok(&note)
            }
            (&Method::GET, _, Some(index)) => ok(&notes[index]),
            (&Method::PUT, Some(sent), Some(index)) => {
                let note = &mut notes[index];
                note["title"] = sent["title"].clone();
                note["text"] = sent["text"].clone();
                ok(note)
            }
            _ => refused(404, "not_found"),
        })
    }
}
