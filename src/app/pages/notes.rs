//! All notes of the user.

use gloo_net::http::Method;
use leptos::task::spawn_local;
use session_protocol::Value;
use web_sys::Element;

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
    ui::{
        element::{El, el},
        is_escape,
        reactive::Var,
    },
};

pub(super) const PATH: &str = "/api/notes";

pub(in crate::app) fn page(cx: Context) -> El {
    let notes = Var::new(Loaded::Waiting);
    let told = Var::new("");
    let doubtful = Var::new(String::new());
    load(cx, PATH, notes);
    let create = move || {
        spawn_local(async move {
            let body = note_value(cx.words.untitled, "");
            match call(cx, Method::POST, PATH, Some(body)).await {
                Ok(note) => cx.router.go(Route::Note(text(&note, "id").to_owned())),
                Err(error) => {
                    told.set(cx.words.problem(&error));
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
    let head = kit::head(cx.words.notes);
    el("div.page")
        .child(head.child(kit::button("button primary", cx.words.new_note, create)))
        .child(kit::told("told", move || told.get()))
        .child(when_loaded(
            cx,
            PATH,
            notes,
            Box::new(move |value| rows.view(value)),
        ))
}

#[derive(Clone, Copy)]
struct Notes {
    cx: Context,
    list: Var<Loaded>,
    /// What happened last.
    told: Var<&'static str>,
    /// The note that is about to be deleted.
    doubtful: Var<String>,
}

impl Notes {
    fn view(self, value: &Value) -> El {
        let w = self.cx.words;
        let notes = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if notes.is_empty() {
            return el("div.empty")
                .child(el("h2").text(w.no_notes))
                .child(el("p").text(w.no_notes_text));
        }
        let rows = notes.iter().map(|note| self.row(note));
        el("ul.card.rows").children(rows)
    }

    fn row(self, note: &Value) -> El {
        let cx = self.cx;
        let id = text(note, "id").to_owned();
        let now = clock::now().wall.as_secs();
        let age = ago(cx.locale, now.saturating_sub(whole(note, "updatedAt")));
        let href = cx.router.href(&Route::Note(id.clone()));
        let mut what =
            kit::link("what", &href).child(el("strong dir=auto").text(text(note, "title")));
        if draft_of(cx, &id).and_then(|draft| draft.read()).is_some() {
            what = what.child(el("span.tag").text(cx.words.draft));
        }
        let beginning = text(note, "text").lines().next().unwrap_or_default();
        let actions = el("span.page");
        let region = actions.node().clone();
        el("li")
            .child(what.child(el("span.note dir=auto").text(beginning)))
            .child(el("span.note").text(&age))
            .child(actions.live(move || Some(self.actions(&region, &id))))
    }

    /// Deletes only what is asked for twice.
    fn actions(self, region: &Element, id: &str) -> El {
        let Self { cx, doubtful, .. } = self;
        let w = cx.words;
        cx.place.hand_over(region);
        let actions = el("span.actions");
        let id = id.to_owned();
        if doubtful.with(|doubtful| *doubtful != id) {
            let doubt = move || doubtful.set(id.clone());
            return actions.child(kit::button("button quiet", w.delete, doubt));
        }
        let keep = move || doubtful.set(String::new());
        actions
            .attr("role", "group")
            .attr("aria-label", w.delete_really)
            .child(el("span.note").text(w.delete_really))
            .child(kit::button("button quiet", w.keep, keep))
            .child(kit::button("button danger", w.delete, move || {
                self.delete(id.clone());
            }))
            .on("keydown", move |event| {
                if is_escape(&event) {
                    keep();
                }
            })
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
            if told.is_gone() {
                return;
            }
            match outcome {
                // Its row stays as it is until there is a list without it.
                Ok(_) => told.set(cx.words.deleted),
                Err(error) => {
                    told.set(cx.words.problem(&error));
                    if !error.is_not_found() {
                        return doubtful.set(String::new());
                    }
                }
            }
            load(cx, PATH, list);
        });
    }
}
