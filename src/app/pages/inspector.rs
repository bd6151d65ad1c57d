//! What the client learned, decided and did, and why.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use session_core::timeline::{Entry, EntryKind};
use wasm_bindgen_futures::JsFuture;

use crate::{
    app::{context::Context, kit, words::Words},
    platform::window,
};

const KINDS: [EntryKind; 4] = [
    EntryKind::Input,
    EntryKind::Ignored,
    EntryKind::Transition,
    EntryKind::Effect,
];

pub(in crate::app) fn page(cx: Context) -> AnyView {
    let (session, w) = (cx.session, cx.words);
    let entries = RwSignal::new(session.timeline());
    let (paused, told) = (RwSignal::new(false), RwSignal::new(""));
    let kind = RwSignal::new(None::<EntryKind>);
    let ticks = kit::ticks(Duration::from_secs(1));
    Effect::new(move |_| {
        ticks.track();
        session.view().track();
        if !paused.get() {
            entries.set(session.timeline());
        }
    });
    let pause = move || if paused.get() { w.resume } else { w.pause };
    let copy = move || {
        let json = entries.with_untracked(|entries| json(entries));
        spawn_local(async move {
            let text = if copied(&json).await {
                w.copied
            } else {
                w.not_copied
            };
            let _gone = told.try_set(text);
        });
    };
    let rows = move || {
        let kind = kind.get();
        let shown = |entry: &&Entry| kind.is_none_or(|kind| kind == entry.kind);
        entries.with(|entries| {
            let shown = entries.iter().rev().filter(shown);
            let rows: Vec<_> = shown.map(|entry| row(w, entry)).collect();
            rows
        })
    };
    let nothing = move || {
        let kind = kind.get();
        let any = entries.with(|all| all.iter().any(|it| kind.is_none_or(|kind| kind == it.kind)));
        (!any).then_some(w.nothing_recorded)
    };
    let choose = move |event| {
        let chosen = event_target_value(&event);
        kind.set(KINDS.into_iter().find(|kind| kind.name() == chosen));
    };
    let options: Vec<_> = KINDS
        .into_iter()
        .zip(w.kinds)
        .map(|(kind, name)| view! { <option value=kind.name()>{name}</option> }.into_any())
        .collect();
    let head = [w.time, w.epoch, w.kind, w.name, w.detail, w.count];
    let head: Vec<_> = head
        .map(|name| view! { <th scope="col">{name}</th> }.into_any())
        .into();

    view! {
        <div class="page-head">
            {kit::heading(w.inspector)} <p class="told" role="status">
                {told}
            </p>
            <label class="select">
                <span class="visually-hidden">{w.kind}</span>
                <select on:change=choose>
                    <option value="">{w.all_kinds}</option>
                    {options}
                </select>
            </label>
            <button type="button" class="button" on:click=move |_| paused.update(|it| *it = !*it)>
                {pause}
            </button>
            {kit::button("button", w.copy_json, copy)}
        </div>
        <p class="note">{w.inspector_text}</p>
        <div class="card timeline">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="note">{nothing}</p>
        </div>
    }
    .into_any()
}

fn row(w: &'static Words, entry: &Entry) -> AnyView {
    let kind = entry.kind.name();
    let shown = KINDS
        .into_iter()
        .position(|kind| kind == entry.kind)
        .map(|index| w.kinds[index]);
    let count = if entry.count > 1 {
        ["×", &entry.count.to_string()].concat()
    } else {
        String::new()
    };
    view! {
        <tr>
            <td>{seconds(entry.at_ms)}</td>
            <td>{entry.epoch.to_string()}</td>
            <td>
                <span class="kind" data-kind=kind>
                    {shown}
                </span>
            </td>
            <td>{entry.name}</td>
            <td>{entry.detail.clone()}</td>
            <td>{count}</td>
        </tr>
    }
    .into_any()
}

/// Writes seconds with milliseconds, `12.345`; the same in every language, as in a log.
fn seconds(millis: u64) -> String {
    let rest = (millis % 1000 + 1000).to_string();
    [&(millis / 1000).to_string(), ".", &rest[1..]].concat()
}

fn json(entries: &[Entry]) -> String {
    let entries = entries.iter().map(|entry| {
        serde_json::json!({
            "atMs": entry.at_ms,
            "epoch": entry.epoch,
            "kind": entry.kind.name(),
            "name": entry.name,
            "detail": entry.detail,
            "count": entry.count,
        })
    });
    session_protocol::write(&entries.collect())
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
