//! What a person sees when the app cannot start, or stopped.

use js_sys::{Reflect, WebAssembly::RuntimeError};
use session_protocol::config::ConfigProblem;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Document, Element};

use crate::{
    platform::{listener::Listener, window},
    ui::element::{El, el},
};

/// Names every fault of the configuration; no session is started.
#[must_use]
pub fn startup_problem(problems: Vec<ConfigProblem>) -> El {
    let item = |problem: ConfigProblem| {
        let key = el("code").text(&["session-config: ", &problem.key].concat());
        el("li")
            .child(key)
            .text(": expected ")
            .text(problem.expected)
    };
    let card = el("section.card role=alert")
        .child(el("h1").text("The app cannot start"))
        .child(el("p").text("Its configuration in this page has faults:"))
        .child(el("ul").children(problems.into_iter().map(item)));
    el("div.page")
        .child(super::nav::bare_bar())
        .child(el("main.login id=main").child(card))
}

/// Shows a way out when the app panics: a panic is a trap, which ends in an `error` event of the
/// window (WebAssembly JavaScript Interface, `RuntimeError`). Its message is not shown or logged,
/// because nobody can promise what is in it.
pub fn recover_from_panics() -> Listener {
    // Where it happened, for developers: a release bundle knows no places.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        leptos::logging::error!("panicked at {}", place.unwrap_or_default());
    }));
    Listener::new(&window(), "error", |event| {
        let error = Reflect::get(&event, &JsValue::from_str("error")).unwrap_or_default();
        if error.has_type::<RuntimeError>()
            && let Some(document) = window().document()
        {
            // Without a page there is nobody to tell.
            show_recovery(&document).unwrap_or_default();
        }
    })
}

/// Builds the recovery view by hand: after a panic no component can be trusted.
fn show_recovery(document: &Document) -> Option<()> {
    let body = document.body()?;
    body.set_text_content(None);
    let main = add(document, &body, "main", "login", "")?;
    let card = add(document, &main, "section", "card", "")?;
    card.set_attribute("role", "alert").ok()?;
    add(document, &card, "h1", "", "Something went wrong")?;
    add(document, &card, "p", "", "Your drafts are kept.")?;
    // A link to this page needs no script to work.
    let reload = add(document, &card, "a", "button primary", "Reload")?;
    reload.set_attribute("href", "").ok()
}

fn add(
    document: &Document,
    parent: &Element,
    tag: &str,
    class: &str,
    text: &str,
) -> Option<Element> {
    let element = document.create_element(tag).ok()?;
    element.set_class_name(class);
    element.set_text_content(Some(text));
    parent.append_child(&element).ok()?;
    Some(element)
}
