//! The bar around every page: name, pages, connection, logout.

use session_core::Command;

use super::{context::Context, kit, routes::Route};
use crate::ui::{
    connection_status,
    element::{El, el, svg},
    words::words,
};

/// Drawings of the pages for narrow screens, each a path on a canvas of 16 x 16.
const ICONS: [&str; 5] = [
    "M2.5 13.5V8m3.7 5.5v-11m3.6 11v-7m3.7 7V5",
    "M3.5 1.5h9v13h-9zM6 5h4M6 8h4M6 11h2",
    "M1.5 2.5h10v8h-10zM4 13.5h3.5M10 6.5h4.5v7H10z",
    "M7 2a4.8 4.8 0 1 0 0 9.6A4.8 4.8 0 0 0 7 2zm3.5 8.5L14 14",
    "M2 4.5h5m4 0h3M2 11.5h3m4 0h5M9 2.5v4M7 9.5v4",
];

const NAME: &str = "leptos-session";

/// The bar before and after a session: only the name.
pub(super) fn bare_bar() -> El {
    el("header.bar").child(el("span.brand").text(NAME))
}

/// The bar of a session.
pub(super) fn bar(cx: Context) -> El {
    let (session, router, w) = (cx.session, cx.router, cx.words);
    let pages = [
        (Route::Dashboard, w.dashboard),
        (Route::Notes, w.notes),
        (Route::Devices, w.devices),
        (Route::Inspector, w.inspector),
        (Route::Settings, w.settings),
    ];
    let link = |((route, text), icon): ((Route, &str), &str)| {
        let drawing = svg("svg")
            .attr("viewBox", "0 0 16 16")
            .attr("aria-hidden", "true")
            .child(svg("path").attr("d", icon));
        kit::link("", &router.href(&route))
            .live_attr("aria-current", move || {
                (router.route().chapter() == route).then_some("page")
            })
            .child(drawing)
            .text(text)
    };
    let links = pages.into_iter().zip(ICONS).map(link);
    let log_out = move || {
        router.go(Route::Login);
        session.command(Command::LogOut);
    };
    el("header.bar")
        .child(kit::link("skip", "#main").text(w.skip))
        .child(kit::link("brand", &router.href(&Route::Dashboard)).text(NAME))
        .child(el("nav").attr("aria-label", w.pages).children(links))
        .child(connection_status(session))
        .child(kit::button("button quiet", words().log_out, log_out))
}
