//! One note: work that survives the session.
//!
//! Invariants: what is typed and not saved is kept at every keystroke; a draft goes only when its
//! text is on the server or the person discards it; a failed save changes no text.

use gloo_net::http::Method;
use leptos::{ev, html, prelude::*, task::spawn_local};
use session_protocol::{Value, parse, write};

use super::notes::PATH;
use crate::{
    app::{
        api::{call, text, whole},
        context::Context,
        kit,
        routes::Route,
    },
    service::Draft,
};

/// Longest draft that is read, in bytes; local storage holds less.
const LONGEST_DRAFT: usize = 16 << 20;

/// Returns the draft of a note.
pub(super) fn draft_of(cx: Context, id: &str) -> Option<Draft> {
    cx.session.draft(&["note.", id].concat())
}

/// Writes title and text for the server.
pub(super) fn note_value(title: &str, text: &str) -> Value {
    serde_json::json!({ "title": title, "text": text })
}

pub(in crate::app) fn page(cx: Context, id: String) -> AnyView {
    let draft = draft_of(cx, &id);
    let kept = draft
        .as_ref()
        .and_then(Draft::read)
        .and_then(|kept| parse(&kept, LONGEST_DRAFT).ok());
    let editor = Editor {
        cx,
        id: StoredValue::new(id),
        draft: StoredValue::new_local(draft),
        title: NodeRef::new(),
        text: NodeRef::new(),
        saved: StoredValue::new(None),
        initial: RwSignal::new(kept.as_ref().map(Content::read)),
        state: RwSignal::new(State::Clean),
        problem: RwSignal::new(None),
        conflict: RwSignal::new(false),
    };
    if kept.is_some() {
        editor.state.set(State::Kept);
        cx.place.restore();
    }
    editor.load(kept.map(|kept| whole(&kept, "base")));
    let form = move || {
        editor
            .initial
            .with(|initial| initial.as_ref().map(|it| editor.form(it)))
    };
    let w = cx.words;
    let waiting = move || {
        let nothing = editor.initial.with(Option::is_none) && editor.problem.get().is_none();
        nothing.then(|| kit::skeleton(w.loading))
    };
    view! {
        <div class="page-head">
            {kit::heading(w.note)}
            <a class="button quiet" href=cx.router.href(&Route::Notes)>
                {w.all_notes}
            </a>
        </div>
        {waiting}
        {form}
        <p class="error" role="alert">
            {editor.problem}
        </p>
    }
    .into_any()
}

/// What a note holds.
#[derive(Clone, Eq, PartialEq)]
struct Content {
    title: String,
    text: String,
}

impl Content {
    fn read(value: &Value) -> Self {
        Self {
            title: text(value, "title").to_owned(),
            text: text(value, "text").to_owned(),
        }
    }
}

/// What became of the text in the form.
#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    /// It is what the server has.
    Clean,
    /// It is kept on this device.
    Kept,
    /// It is nowhere but in the page.
    NotKept,
    /// It is on its way to the server.
    Saving,
    /// It arrived.
    Saved,
}

#[derive(Clone, Copy)]
struct Editor {
    cx: Context,
    id: StoredValue<String>,
    draft: StoredValue<Option<Draft>, LocalStorage>,
    title: NodeRef<html::Input>,
    text: NodeRef<html::Textarea>,
    /// What the server has, and since when.
    saved: StoredValue<Option<(Content, u64)>>,
    /// What the form begins with; none until something is known.
    initial: RwSignal<Option<Content>>,
    state: RwSignal<State>,
    problem: RwSignal<Option<&'static str>>,
    /// Whether the server has a change that this draft does not know.
    conflict: RwSignal<bool>,
}

impl Editor {
    fn form(self, initial: &Content) -> AnyView {
        let w = self.cx.words;
        let Content { title, text } = initial.clone();
        let status = move || match self.state.get() {
            State::Clean => "",
            State::Kept => w.draft_kept,
            State::NotKept => w.draft_not_kept,
            State::Saving => w.saving,
            State::Saved => w.saved,
        };
        let discard = move || {
            let pending = matches!(self.state.get(), State::Kept | State::NotKept);
            let button = || kit::button("button quiet", w.discard_draft, move || self.discard());
            pending.then(button)
        };
        let submit = move |event: ev::SubmitEvent| {
            event.prevent_default();
            self.save();
        };
        let on_key = move |event: ev::KeyboardEvent| {
            if (event.ctrl_key() || event.meta_key()) && event.key() == "s" {
                event.prevent_default();
                self.save();
            }
        };
        view! {
            <form
                class="card form editor"
                on:submit=submit
                on:input=move |_| self.keep()
                on:keydown=on_key
            >
                <label class="field">
                    <span class="field-label">{w.title}</span>
                    <input
                        node_ref=self.title
                        id="note-title"
                        required=true
                        maxlength="200"
                        autocomplete="off"
                        prop:value=title
                    />
                </label>
                <label class="field">
                    <span class="field-label">{w.text}</span>
                    <textarea node_ref=self.text id="note-text" rows="12" prop:value=text></textarea>
                </label>
                <p class="note" role="status">
                    {move || self.conflict.get().then_some(w.changed_elsewhere)}
                </p>
                <div class="actions">
                    <p class="note" role="status" data-state=move || self.state.get().name()>
                        {status}
                    </p>
                    {discard}
                    <button type="submit" class="button primary">
                        {w.save}
                    </button>
                </div>
            </form>
        }
        .into_any()
    }

    /// Asks the server; `base` tells on which change of the note the kept draft builds.
    fn load(self, base: Option<u64>) {
        spawn_local(async move {
            let answer = call(self.cx, Method::GET, &self.path(), None).await;
            if self.state.is_disposed() {
                return;
            }
            match answer {
                Ok(note) => {
                    let (content, changed) = (Content::read(&note), whole(&note, "updatedAt"));
                    self.saved.set_value(Some((content.clone(), changed)));
                    if self.initial.with_untracked(Option::is_none) {
                        self.initial.set(Some(content));
                        self.cx.place.restore();
                    } else {
                        self.conflict.set(base.is_some_and(|base| base < changed));
                        self.keep();
                    }
                }
                Err(error) => self.problem.set(Some(self.cx.words.problem(&error))),
            }
        });
    }

    /// Keeps what is typed, or forgets the draft if the server has it.
    fn keep(self) {
        let Some(now) = self.typed() else { return };
        let saved = self.saved.get_value();
        let base = saved.as_ref().map_or(0, |(_, changed)| *changed);
        if saved.is_some_and(|(saved, _)| saved == now) {
            self.forget();
            self.state.set(State::Clean);
            return;
        }
        let mut draft = note_value(&now.title, &now.text);
        draft["base"] = base.into();
        let kept = self.draft.with_value(|kept| {
            kept.as_ref()
                .is_some_and(|kept| kept.keep(&write(&draft)).is_ok())
        });
        self.state
            .set(if kept { State::Kept } else { State::NotKept });
    }

    fn save(self) {
        let Some(sent) = self.typed() else { return };
        self.state.set(State::Saving);
        self.problem.set(None);
        spawn_local(async move {
            let body = note_value(&sent.title, &sent.text);
            let answer = call(self.cx, Method::PUT, &self.path(), Some(body)).await;
            if self.state.is_disposed() {
                return;
            }
            match answer {
                Ok(note) => {
                    let changed = whole(&note, "updatedAt");
                    self.saved.set_value(Some((sent.clone(), changed)));
                    self.conflict.set(false);
                    self.keep();
                    // What was typed meanwhile is a draft again.
                    if self.state.get_untracked() == State::Clean {
                        self.state.set(State::Saved);
                    }
                }
                Err(error) => {
                    self.keep();
                    self.problem.set(Some(self.cx.words.problem(&error)));
                }
            }
        });
    }

    /// Goes back to what the server has.
    fn discard(self) {
        self.forget();
        self.state.set(State::Clean);
        self.conflict.set(false);
        self.problem.set(None);
        self.initial
            .set(self.saved.get_value().map(|(content, _)| content));
        if self.initial.with_untracked(Option::is_none) {
            self.load(None);
        }
    }

    fn forget(self) {
        self.draft
            .with_value(|draft| draft.iter().for_each(Draft::discard));
    }

    fn typed(self) -> Option<Content> {
        Some(Content {
            title: self.title.get_untracked()?.value(),
            text: self.text.get_untracked()?.value(),
        })
    }

    fn path(self) -> String {
        self.id.with_value(|id| [PATH, "/", id].concat())
    }
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Kept => "kept",
            Self::NotKept => "not-kept",
            Self::Saving => "saving",
            Self::Saved => "saved",
        }
    }
}
