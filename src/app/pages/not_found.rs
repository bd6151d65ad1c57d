//! An address without a page.

use leptos::prelude::*;

use crate::app::{context::Context, kit, routes::Route};

pub(in crate::app) fn page(cx: Context) -> AnyView {
    view! {
        <div class="empty">
            {kit::heading(cx.words.not_found)}
            <p>{cx.words.not_found_text}</p>
            <a class="button primary" href=cx.router.href(&Route::Dashboard)>
                {cx.words.to_dashboard}
            </a>
        </div>
    }
    .into_any()
}
