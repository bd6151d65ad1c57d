//! What a person sees when the app cannot start, or stopped.

use leptos::prelude::*;
use session_protocol::config::ConfigProblem;
use web_sys::{Document, Element};

use crate::platform::window;

/// Names every fault of the configuration; no session is started.
#[component]
pub fn StartupProblem(
    /// The faults.
    problems: Vec<ConfigProblem>,
) -> impl IntoView {
    let problems = problems.into_iter();
    let items: Vec<_> = problems
        .map(|problem| view! { <li><code>{problem.to_string()}</code></li> })
        .collect();
    view! {
        {super::nav::bare_bar()}
        <main id="main" class="login">
            <section class="card" role="alert">
                <h1>"The app cannot start"</h1>
                <p>"Its configuration in this page has faults:"</p>
                <ul>{items}</ul>
            </section>
        </main>
    }
}

/// Shows a way out when the app panics, and says where it happened. The message of the panic is
/// not shown or logged, because nobody can promise what is in it.
pub fn recover_from_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        leptos::logging::error!("leptos-session panicked at {place}");
        if let Some(document) = window().document() {
            // Without a page there is nobody to tell.
            show_recovery(&document).unwrap_or_default();
        }
    }));
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
