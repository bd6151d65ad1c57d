//! What the host and the backend are doing right now.

use leptos::prelude::With as _;
use session_core::ConnectionStatus;

use crate::{
    app::{
        chart::{Tile, Top, tile},
        context::Context,
        kit,
        numbers::{UNKNOWN, Unit, number},
        samples::{History, Metric, Received, Sample, TOPIC},
    },
    service::Update,
    ui::{
        element::{El, el},
        reactive::Var,
    },
};

pub(in crate::app) fn page(cx: Context) -> El {
    let received = cx.received;
    received.update_quietly(Received::resume);
    let history = Var::new(History::new(received.get_untracked().count));
    let add = move |update: &Update| {
        received.update_quietly(|received| received.count(update.seq));
        let count = received.get_untracked().count;
        history.update_quietly(|history| history.add(update, count));
    };
    let updates = cx.session.each_frame(TOPIC, add, move || history.changed());
    let age = Var::new(None::<usize>);
    let seen = move || match age.get() {
        None => [cx.words.last_minute, " – ", cx.words.now].concat(),
        Some(age) => [&age.to_string(), " ", cx.words.seconds_ago].concat(),
    };
    let stale = move || {
        let live = cx
            .session
            .view()
            .with(|view| view.connection == ConnectionStatus::Live);
        Some(if live { "tiles" } else { "tiles stale" })
    };
    let count = el("span data-testid=update-count")
        .live_text(move || history.with(|history| history.received.to_string()));
    let note = kit::note("")
        .child(count)
        .text(" ")
        .text(cx.words.updates)
        .child(el("span.seen").live_text(seen));
    let tiles = tiles(cx).map(|it| tile(cx, it, history, age));
    el("div.page")
        .keep(updates)
        .child(kit::head(cx.words.dashboard).child(note))
        .child(el("div").live_attr("class", stale).children(tiles))
}

fn tiles(cx: Context) -> [Tile; 8] {
    let w = cx.words;
    let small = |title, unit, top, line, note| Tile {
        class: "card tile",
        title,
        unit,
        top,
        line,
        second: None,
        note,
    };
    let wide = |title, unit, top, line, note| Tile {
        class: "card tile wide",
        ..small(title, unit, top, line, note)
    };
    let shares = Top::At(1.0);
    [
        wide(w.cpu, Unit::Share, shares, Metric::Cpu, load),
        wide(
            w.memory,
            Unit::Bytes,
            Top::Of(Metric::MemoryTotal),
            Metric::MemoryUsed,
            memory,
        ),
        Tile {
            second: Some((w.received, w.sent, Metric::NetworkSent)),
            ..wide(
                w.network,
                Unit::BytesPerSecond,
                Top::Round(10_000.0),
                Metric::NetworkReceived,
                nothing,
            )
        },
        wide(
            w.requests,
            Unit::Rate,
            Top::Round(5.0),
            Metric::Requests,
            all_clients,
        ),
        small(
            w.open_sockets,
            Unit::Count,
            Top::Round(5.0),
            Metric::OpenSockets,
            nothing,
        ),
        small(
            w.active_sessions,
            Unit::Count,
            Top::Round(5.0),
            Metric::ActiveSessions,
            nothing,
        ),
        small(
            w.refreshes,
            Unit::Rate,
            Top::Round(1.0),
            Metric::Refreshes,
            total,
        ),
        small(
            w.backend,
            Unit::Share,
            shares,
            Metric::ProcessCpu,
            backend_memory,
        ),
    ]
}

fn nothing(_: Context, _: &Sample) -> String {
    String::new()
}

fn load(cx: Context, sample: &Sample) -> String {
    let loads = [Metric::Load1, Metric::Load5, Metric::Load15];
    let loads = loads.map(|load| number(cx.locale, Unit::Rate, sample.of(load)));
    if loads[0] == UNKNOWN {
        return String::new();
    }
    [
        cx.words.load,
        " ",
        &loads[0],
        " · ",
        &loads[1],
        " · ",
        &loads[2],
    ]
    .concat()
}

fn memory(cx: Context, sample: &Sample) -> String {
    let total = sample.of(Metric::MemoryTotal);
    if total.is_nan() {
        return String::new();
    }
    [cx.words.of, " ", &number(cx.locale, Unit::Bytes, total)].concat()
}

fn all_clients(cx: Context, _: &Sample) -> String {
    cx.words.requests_note.to_owned()
}

fn total(cx: Context, sample: &Sample) -> String {
    let total = number(cx.locale, Unit::Count, sample.of(Metric::RefreshesTotal));
    [&total, " ", cx.words.in_total].concat()
}

fn backend_memory(cx: Context, sample: &Sample) -> String {
    number(cx.locale, Unit::Bytes, sample.of(Metric::ProcessMemory))
}
