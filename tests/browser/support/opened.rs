//! The whole app on the scripted platform, with notes that its backend keeps.

use std::{cell::RefCell, rc::Rc, time::Duration};

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos_session::{
    app::App,
    platform::{history, http::Call, storage::Shelf},
};
use session_protocol::{EndReason, ServerMessage, Value, WarningCause, http::parse_body};

use wasm_bindgen::JsCast as _;
use web_sys::HtmlTextAreaElement;

use super::{
    Page, Stage,
    backend::{Outcome, ok, refused},
    page::select,
    tick, until,
    user::{click, fill},
    world::{EMAIL, config},
};

/// The app, opened at an address.
pub struct Opened {
    pub page: Page,
    pub stage: Stage,
    scope: String,
}

impl Opened {
    pub async fn at(path: &str) -> Self {
        Self::with_scope(path, config().scope).await
    }

    pub async fn with_scope(path: &str, scope: String) -> Self {
        Self::on(Stage::default(), path, scope).await
    }

    pub async fn on(stage: Stage, path: &str, scope: String) -> Self {
        history::replace(path);
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
    pub fn close(mut self) -> String {
        std::mem::take(&mut self.scope)
    }

    pub async fn log_in(&self) {
        self.comes("button", "Log in").await;
        fill(&self.page.field("Email"), EMAIL).await;
        fill(&self.page.field("Password"), "password").await;
        click(&self.page.the("button", "Log in")).await;
    }

    /// Opens a new note and returns its field for the text.
    pub async fn note(&self) -> HtmlTextAreaElement {
        self.follows("Notes").await;
        self.comes("button", "New note").await;
        click(&self.page.the("button", "New note")).await;
        self.comes("textbox", "Text").await;
        self.page.the("textbox", "Text").unchecked_into()
    }

    pub async fn expire(&self) {
        self.stage.backend().user.take();
        let reason = EndReason::Revoked;
        let message = ServerMessage::SessionExpired { reason };
        self.stage.deliver(message).await;
    }

    /// The server warns of the limit that nothing moves.
    pub async fn warn(&self, seconds: u64) {
        self.stage
            .deliver(ServerMessage::SessionWarning {
                remaining: Duration::from_secs(seconds),
                cause: WarningCause::Absolute,
                extendable: false,
            })
            .await;
    }

    /// Waits until there is an element with this role and name.
    pub async fn comes(&self, role: &str, name: &str) {
        let what = format!("there is a {role} \"{name}\"");
        until(&what, || self.page.has(role, name)).await;
    }

    /// Waits until a status says this.
    pub async fn says(&self, text: &str) {
        let status = || self.page.all("status").into_iter();
        until(text, || {
            status().any(|it| it.text_content().as_deref() == Some(text))
        })
        .await;
    }

    /// Waits until an alert says this and the others nothing.
    pub async fn warns(&self, text: &str) {
        let said = || {
            let alerts = self.page.all("alert").into_iter();
            alerts
                .filter_map(|it| it.text_content())
                .collect::<String>()
        };
        until(&format!("what is alerted is \"{text}\""), || said() == text).await;
    }

    pub async fn follows(&self, page: &str) {
        click(&self.page.the("link", page)).await;
        self.comes("heading", page).await;
    }

    /// The server sends updates, and the page counts them.
    pub async fn receives_updates(&self, number: u64) {
        let before = self.update_count();
        for _ in 0..number {
            let seq = self.stage.next_seq();
            self.stage
                .deliver_now(crate::updates::update("system", seq));
        }
        until("the updates are counted", || {
            self.update_count() == before + number
        })
        .await;
    }

    pub fn update_count(&self) -> u64 {
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
            (&Method::DELETE, _, Some(index)) => {
                notes.remove(index);
                ok(&Value::Null)
            }
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
