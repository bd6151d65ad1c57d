//! An address without a page.

use crate::{
    app::{context::Context, kit, routes::Route},
    ui::element::{El, el},
};

pub(in crate::app) fn page(cx: Context) -> El {
    let back = kit::link("button primary", &cx.router.href(&Route::Dashboard));
    el("div.empty")
        .child(kit::heading(cx.words.not_found))
        .child(el("p").text(cx.words.not_found_text))
        .child(back.text(cx.words.to_dashboard))
}
