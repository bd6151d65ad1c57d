//! The way in, and why the last session ended.

use leptos::prelude::*;
use session_core::Phase;
use session_protocol::EndReason;

use crate::{
    app::{context::Context, kit, nav},
    ui::{LoginForm, words::words},
};

pub(in crate::app) fn page(cx: Context) -> AnyView {
    let ended = Memo::new(move |_| {
        cx.session.view().with(|view| match view.phase {
            Phase::Anonymous { ended, .. } => ended,
            Phase::Restoring
            | Phase::Active { .. }
            | Phase::Warned { .. }
            | Phase::Expired { .. }
            | Phase::LoggingOut => None,
        })
    });
    // A visitor whom the server does not know was never logged in.
    let told = move || ended.get().filter(|reason| *reason != EndReason::NoSession);
    view! {
        {nav::bare_bar()}
        <main id="main" class="login">
            <section class="card">
                {kit::heading(words().log_in)}
                <p class="reason" role="status">
                    {move || told().map(|reason| words().ended(reason))}
                </p>
                <LoginForm />
            </section>
            <p class="note">{cx.words.claim}</p>
        </main>
    }
    .into_any()
}
