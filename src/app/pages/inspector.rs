//! What the client learned, decided and did, and why.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use session_core::timeline::{Entry, EntryKind};
use session_protocol::{object, write};
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

use crate::{
    app::{context::Context, kit, words::Words},
    platform::window,
    ui::{
        element::{El, el, value_of},
        reactive::{Var, effect},
    },
};

const KINDS: [EntryKind; 4] = [
    EntryKind::Input,
    EntryKind::Ignored,
    EntryKind::Transition,
    EntryKind::Effect,
];

pub(in crate::app) fn page(cx: Context) -> El {
    let (session, w) = (cx.session, cx.words);
    let entries = Var::new(session.timeline());
    let (paused, told) = (Var::new(false), Var::new(""));
    let kind = Var::new(None::<EntryKind>);
    let ticks = kit::ticks(Duration::from_secs(1));
    effect(move || {
        ticks.follow();
        session.view().track();
        if !paused.get() {
            entries.set(session.timeline());
        }
    });
    let copy = move || {
        let json = entries.with_untracked(|entries| json(entries));
        spawn_local(async move {
            let text = if copied(&json).await {
                w.copied
            } else {
                w.not_copied
            };
            told.set(text);
        });
    };
    let pause = kit::button("button", "", move || paused.update(|it| *it = !*it))
        .live_text(move || if paused.get() { w.resume } else { w.pause });
    let head = kit::head(w.inspector)
        .child(kit::told("told", move || told.get()))
        .child(filter(w, kind))
        .child(pause)
        .child(kit::button("button", w.copy_json, copy));
    el("div.page")
        .child(head)
        .child(kit::note(w.inspector_text))
        .child(timeline(w, entries, kind))
}

fn filter(w: &'static Words, kind: Var<Option<EntryKind>>) -> El {
    let options = KINDS.into_iter().zip(w.kinds);
    let options = options.map(|(kind, name)| el("option").attr("value", kind.name()).text(name));
    let select = el("select")
        .attr("aria-label", w.kind)
        .child(el("option value").text(w.all_kinds))
        .children(options);
    let node = select.node().clone();
    select.on("change", move |_| {
        let chosen = value_of(&node);
        kind.set(KINDS.into_iter().find(|kind| kind.name() == chosen));
    })
}

/// The table. Its rows stay, and their texts change: hundreds of them change each second. What one
/// input caused is a group: its time stands in the first row only.
fn timeline(w: &'static Words, entries: Var<Vec<Entry>>, kind: Var<Option<EntryKind>>) -> El {
    let names = [w.time, w.epoch, w.kind, w.name, w.detail, w.count];
    let names = names.map(|name| el("th scope=col").text(name));
    let body = el("tbody");
    let node = body.node().clone();
    let mut rows = Vec::<Row>::new();
    let nothing = Var::new(false);
    let body = body.effect(move || {
        let kind = kind.get();
        let mut used = 0;
        entries.with(|entries| {
            let shown = |entry: &&Entry| kind.is_none_or(|kind| kind == entry.kind);
            let mut step = 0;
            for entry in entries.iter().rev().filter(shown) {
                if used == rows.len() {
                    rows.push(Row::below(&node));
                }
                rows[used].show(w, entry, step != entry.step);
                step = entry.step;
                used += 1;
            }
        });
        rows.drain(used..).for_each(|row| row.line.node().remove());
        nothing.set(used == 0);
    });
    let nothing = move || {
        if nothing.get() {
            w.nothing_recorded
        } else {
            ""
        }
    };
    let head = el("thead").child(el("tr").children(names));
    el("div.card.timeline")
        .child(el("table").child(head).child(body))
        .child(kit::told("note", nothing))
}

struct Row {
    line: El,
    cells: [Element; 6],
    texts: [String; 6],
}

impl Row {
    fn below(body: &Element) -> Self {
        let cells = ["td", "td", "td", "td", "td", "td"].map(el);
        let nodes = cells.each_ref().map(|cell| cell.node().clone());
        let line = el("tr").children(cells);
        body.append_child(line.node()).map(drop).unwrap_or_default();
        Self {
            line,
            cells: nodes,
            texts: Default::default(),
        }
    }

    fn show(&mut self, w: &Words, entry: &Entry, begins: bool) {
        let kind = KINDS.into_iter().position(|kind| kind == entry.kind);
        let count = if entry.count > 1 {
            ["×", &entry.count.to_string()].concat()
        } else {
            String::new()
        };
        let texts = [
            if begins {
                seconds(entry.at_ms)
            } else {
                String::new()
            },
            entry.epoch.to_string(),
            kind.map(|index| w.kinds[index])
                .unwrap_or_default()
                .to_owned(),
            entry.name.to_owned(),
            entry.detail.clone(),
            count,
        ];
        for ((cell, before), text) in self.cells.iter().zip(&mut self.texts).zip(texts) {
            if *before != text {
                cell.set_text_content(Some(&text));
                *before = text;
            }
        }
        self.cells[2]
            .set_attribute("data-kind", entry.kind.name())
            .unwrap_or_default();
    }
}

/// Writes seconds with milliseconds, `12.345`; the same in every language, as in a log.
fn seconds(millis: u64) -> String {
    let rest = (millis % 1000 + 1000).to_string();
    [&(millis / 1000).to_string(), ".", &rest[1..]].concat()
}

fn json(entries: &[Entry]) -> String {
    let entries = entries.iter().map(|entry| {
        object(vec![
            ("atMs", entry.at_ms.into()),
            ("epoch", entry.epoch.into()),
            ("step", entry.step.into()),
            ("kind", entry.kind.name().into()),
            ("name", entry.name.into()),
            ("detail", entry.detail.as_str().into()),
            ("count", entry.count.into()),
        ])
    });
    write(&entries.collect())
}

/// Puts a text on the clipboard; returns whether the browser did.
async fn copied(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // There is none in pages that did not come over a secure connection.
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_a_log() {
        assert_eq!(
            [0, 7, 12_345, 60_000].map(seconds),
            ["0.000", "0.007", "12.345", "60.000"]
        );
    }
}
