//! All notes of the user.

use gloo_net::http::Method;
use leptos::{prelude::*, task::spawn_local};
use session_protocol::Value;

use super::note::{draft_of, note_value};
use crate::{
    app::{
        api::{Loaded, call, load, text, when_loaded, whole},
        context::Context,
        kit,
        numbers::ago,
        routes::Route,
    },
    platform::clock,
};

pub(super) const PATH: &str = "/api/notes";

pub(in crate::app) fn page(cx: Context) -> AnyView {
    let notes = RwSignal::new(Loaded::Waiting);
    let told = RwSignal::new("");
    let doubtful = RwSignal::new(String::new());
    load(cx, PATH, notes);
    let create = move || {
        spawn_local(async move {
            let body = note_value(cx.words.untitled, "");
            match call(cx, Method::POST, PATH, Some(body)).await {
                Ok(note) => cx.router.go(Route::Note(text(&note, "id").to_owned())),
                Err(error) => {
                    let _gone = told.try_set(cx.words.problem(&error));
                }
            }
        });
    };
    let rows = Notes {
        cx,
        list: notes,
        told,
        doubtful,
    };
    view! {
        <div class="page-head">
            {kit::heading(cx.words.notes)} {kit::button("button primary", cx.words.new_note, create)}
        </div>
        <p class="told" role="status">
            {told}
        </p>
        {when_loaded(cx, PATH, notes, move |value| rows.view(value))}
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Notes {
    cx: Context,
    list: RwSignal<Loaded>,
    /// What happened last.
    told: RwSignal<&'static str>,
    /// The note that is about to be deleted.
    doubtful: RwSignal<String>,
}

impl Notes {
    fn view(self, value: &Value) -> AnyView {
        let w = self.cx.words;
        let notes = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if notes.is_empty() {
            return view! {
                <div class="empty">
                    <h2>{w.no_notes}</h2>
                    <p>{w.no_notes_text}</p>
                </div>
            }
            .into_any();
        }
        let rows: Vec<_> = notes.iter().map(|note| self.row(note)).collect();
        view! { <ul class="card rows">{rows}</ul> }.into_any()
    }

    fn row(self, note: &Value) -> AnyView {
        let Self { cx, doubtful, .. } = self;
        let id = text(note, "id").to_owned();
        let now = clock::now().wall.as_secs();
        let age = ago(cx.locale, now.saturating_sub(whole(note, "updatedAt")));
        let beginning = text(note, "text")
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let draft = draft_of(cx, &id).and_then(|draft| draft.read());
        let draft = draft.map(|_| view! { <span class="tag">{cx.words.draft}</span> });
        let href = cx.router.href(&Route::Note(id.clone()));
        let actions = move || {
            if doubtful.with(|doubtful| *doubtful != id) {
                let id = id.clone();
                let doubt = move || doubtful.set(id.clone());
                return kit::button("button quiet", cx.words.delete, doubt);
            }
            let id = id.clone();
            view! {
                <span class="note">{cx.words.delete_really}</span>
                {kit::button("button quiet", cx.words.keep, move || doubtful.set(String::new()))}
                {kit::button("button danger", cx.words.delete, move || self.delete(id.clone()))}
            }
            .into_any()
        };
        view! {
            <li>
                <a class="what" href=href>
                    <strong>{text(note, "title").to_owned()}</strong>
                    {draft}
                    <span class="note">{beginning}</span>
                </a>
                <span class="note when">{age}</span>
                <span class="actions">{actions}</span>
            </li>
        }
        .into_any()
    }

    fn delete(self, id: String) {
        let Self {
            cx,
            list,
            told,
            doubtful,
        } = self;
        spawn_local(async move {
            let path = [PATH, "/", &id].concat();
            let outcome = call(cx, Method::DELETE, &path, None).await;
            if let (Ok(_), Some(draft)) = (&outcome, draft_of(cx, &id)) {
                draft.discard();
            }
            let text = match outcome {
                Ok(_) => cx.words.deleted,
                Err(error) => cx.words.problem(&error),
            };
            if told.try_set(text).is_none() {
                doubtful.set(String::new());
                load(cx, PATH, list);
            }
        });
    }
}
