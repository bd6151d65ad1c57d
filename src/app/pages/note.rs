//! One note: work that survives the session.
//!
//! Invariants: what is typed and not saved is kept at every keystroke; a draft goes only when its
//! text is on the server or the person discards it; a failed save changes no text.

use std::{cell::RefCell, rc::Rc};

use gloo_net::http::Method;
use leptos::{prelude::untrack, task::spawn_local};
use session_protocol::{Value, object, parse, write};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::notes::PATH;
use crate::{
    app::{
        api::{self, call, text, whole},
        context::Context,
        kit,
        place::focus,
        routes::Route,
    },
    service::Draft,
    ui::{
        element::{El, el, value_of},
        reactive::Var,
    },
};

/// Longest draft that is read, in bytes; local storage holds less.
const LONGEST_DRAFT: usize = 16 << 20;

/// Returns the draft of a note.
pub(super) fn draft_of(cx: Context, id: &str) -> Option<Draft> {
    cx.session.draft(&["note.", id].concat())
}

/// Writes title and text for the server.
pub(super) fn note_value(title: &str, text: &str) -> Value {
    object(vec![("title", title.into()), ("text", text.into())])
}

pub(in crate::app) fn page(cx: Context, id: String) -> El {
    let w = cx.words;
    let title = el("input id=note-title required maxlength=200 autocomplete=off dir=auto");
    let text = el("textarea id=note-text rows=12 dir=auto");
    let editor = Rc::new(Editor {
        cx,
        draft: draft_of(cx, &id),
        path: [PATH, "/", &id].concat(),
        title: title.node().clone(),
        text: text.node().clone(),
        saved: RefCell::new(None),
        state: Var::new(State::Unknown),
        problem: Var::new(""),
        conflict: Var::new(false),
    });
    let form = form(&editor, title, text);
    editor.begin();
    let back = Rc::clone(&editor);
    api::when_live(cx, Box::new(move || back.connected()));
    let Editor { state, problem, .. } = *editor;
    let waiting = move || {
        let waiting = state.get() == State::Unknown && problem.get().is_empty();
        waiting.then(|| api::waiting(cx))
    };
    let back = kit::link("button quiet", &cx.router.href(&Route::Notes)).text(w.all_notes);
    el("div.page")
        .child(kit::head(w.note).child(back))
        .live(waiting)
        .child(form)
        .child(kit::alert(move || problem.get()))
}

fn form(editor: &Rc<Editor>, title: El, text: El) -> El {
    let w = editor.cx.words;
    let Editor {
        state, conflict, ..
    } = **editor;
    let field = |name, input| {
        let name = el("span.field-label").text(name);
        el("label.field").child(name).child(input)
    };
    let status = move || match state.get() {
        State::Unknown | State::Clean => "",
        State::Kept => w.draft_kept,
        State::NotKept => w.draft_not_kept,
        State::Saving => w.saving,
        State::Saved => w.saved,
    };
    let status =
        kit::told("note", status).live_attr("data-state", move || Some(state.get().name()));
    let [typing, saving, discarding] = [(); 3].map(|()| Rc::clone(editor));
    let discard = kit::button("button quiet", w.discard_draft, move || {
        discarding.discard();
    })
    .live_flag("hidden", move || {
        !matches!(state.get(), State::Kept | State::NotKept)
    });
    let save = el("button.button.primary type=submit").text(w.save);
    let save_button = save.node().clone();
    let changed = move || {
        if conflict.get() {
            w.changed_elsewhere
        } else {
            ""
        }
    };
    el("form.card.form.editor")
        .live_flag("hidden", move || state.get() == State::Unknown)
        .child(field(w.title, title))
        .child(field(w.text, text))
        .child(kit::told("note", changed))
        .child(el("div.actions").child(status).child(discard).child(save))
        .on("input", move |_| typing.keep())
        .on("submit", move |event| {
            event.prevent_default();
            saving.save();
        })
        .on("keydown", move |event| {
            let pressed = event.dyn_ref::<KeyboardEvent>();
            if pressed.is_some_and(|it| (it.ctrl_key() || it.meta_key()) && it.key() == "s") {
                event.prevent_default();
                // Not past the button, which has the browser check the form.
                save_button
                    .dyn_ref()
                    .map(HtmlElement::click)
                    .unwrap_or_default();
            }
        })
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
    /// There is no text yet.
    Unknown,
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

struct Editor {
    cx: Context,
    draft: Option<Draft>,
    path: String,
    title: Element,
    text: Element,
    /// What the server has, and since when.
    saved: RefCell<Option<(Content, u64)>>,
    state: Var<State>,
    problem: Var<&'static str>,
    /// Whether the server has a change that this draft does not know.
    conflict: Var<bool>,
}

impl Editor {
    /// Begins with what is kept here, and asks the server.
    fn begin(self: &Rc<Self>) {
        let kept = self.draft.as_ref().and_then(Draft::read);
        let kept = kept.and_then(|kept| parse(&kept, LONGEST_DRAFT).ok());
        if let Some(kept) = &kept {
            self.show(&Content::read(kept));
            self.state.set(State::Kept);
        }
        self.load(kept.map(|kept| whole(&kept, "base")));
    }

    /// Asks the server; `base` tells on which change of the note the kept draft builds.
    fn load(self: &Rc<Self>, base: Option<u64>) {
        let editor = Rc::clone(self);
        spawn_local(async move {
            let answer = call(editor.cx, Method::GET, &editor.path, None).await;
            if editor.state.is_gone() {
                return;
            }
            match answer {
                Ok(note) => {
                    let (content, changed) = (Content::read(&note), whole(&note, "updatedAt"));
                    let saved = Some((content.clone(), changed));
                    *editor.saved.borrow_mut() = saved;
                    if editor.state.get_untracked() == State::Unknown {
                        // Fields change line ends, so what they show is not compared before
                        // somebody types.
                        editor.show(&content);
                        editor.state.set(State::Clean);
                    } else {
                        editor.conflict.set(base.is_some_and(|base| base < changed));
                        editor.keep();
                    }
                }
                Err(error) => editor.problem.set(editor.cx.words.problem(&error)),
            }
        });
    }

    /// Keeps what is typed, or forgets the draft if the server has it.
    fn keep(&self) {
        let now = self.typed();
        let saved = self.saved.borrow();
        let base = saved.as_ref().map_or(0, |(_, changed)| *changed);
        if saved.as_ref().is_some_and(|(saved, _)| *saved == now) {
            self.drop_draft();
            self.state.set(State::Clean);
            self.conflict.set(false);
            return;
        }
        let mut draft = note_value(&now.title, &now.text);
        draft["base"] = base.into();
        let draft = write(&draft);
        let kept = self
            .draft
            .as_ref()
            .is_some_and(|it| it.keep(&draft).is_ok());
        self.state
            .set(if kept { State::Kept } else { State::NotKept });
    }

    fn save(self: &Rc<Self>) {
        if untrack(|| api::is_offline(self.cx)) {
            self.keep();
            return self.problem.set(self.cx.words.offline);
        }
        let (editor, sent) = (Rc::clone(self), self.typed());
        self.state.set(State::Saving);
        self.problem.set("");
        spawn_local(async move {
            let body = note_value(&sent.title, &sent.text);
            let answer = call(editor.cx, Method::PUT, &editor.path, Some(body)).await;
            if editor.state.is_gone() {
                return;
            }
            match answer {
                Ok(note) => {
                    let changed = whole(&note, "updatedAt");
                    *editor.saved.borrow_mut() = Some((sent, changed));
                    editor.conflict.set(false);
                    editor.keep();
                    // What was typed meanwhile is a draft again.
                    if editor.state.get_untracked() == State::Clean {
                        editor.state.set(State::Saved);
                    }
                }
                Err(error) => {
                    editor.keep();
                    editor.problem.set(editor.cx.words.problem(&error));
                }
            }
        });
    }

    /// The server is there: that it was not is no problem any more.
    fn connected(self: &Rc<Self>) {
        let w = self.cx.words;
        let problem = self.problem.get();
        if problem == w.offline || problem == w.problem_lost {
            self.problem.set("");
            if self.state.get() == State::Unknown {
                self.load(None);
            }
        }
    }

    /// Goes back to what the server has.
    fn discard(self: &Rc<Self>) {
        self.drop_draft();
        self.problem.set("");
        self.conflict.set(false);
        let saved = self.saved.borrow().clone();
        if let Some((content, _)) = saved {
            self.show(&content);
            self.state.set(State::Clean);
            // The button that was pressed hides itself.
            focus(&self.text);
        } else {
            self.state.set(State::Unknown);
            self.load(None);
            self.cx.place.begin_page();
        }
    }

    fn drop_draft(&self) {
        if let Some(draft) = &self.draft {
            draft.discard();
        }
    }

    fn show(&self, content: &Content) {
        for (field, text) in [(&self.title, &content.title), (&self.text, &content.text)] {
            let (name, value) = (JsValue::from_str("value"), JsValue::from_str(text));
            js_sys::Reflect::set(field, &name, &value).unwrap_or_default();
        }
        self.cx.place.restore();
    }

    fn typed(&self) -> Content {
        Content {
            title: value_of(&self.title),
            text: value_of(&self.text),
        }
    }
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Clean => "clean",
            Self::Kept => "kept",
            Self::NotKept => "not-kept",
            Self::Saving => "saving",
            Self::Saved => "saved",
        }
    }
}
