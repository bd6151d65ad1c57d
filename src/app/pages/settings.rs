//! What the person chooses.

use leptos::prelude::*;

use crate::{
    app::{
        context::Context,
        kit,
        preferences::{Notify, Theme},
    },
    ui::locale::Locale,
};

pub(in crate::app) fn page(cx: Context) -> AnyView {
    let (w, preferences) = (cx.words, cx.preferences);
    let theme = preferences.theme.get_untracked();
    let theme = Theme::ALL.into_iter().position(|it| it == theme);
    let choose_theme = move |index: usize| preferences.set_theme(Theme::ALL[index]);
    let language = Locale::ALL
        .into_iter()
        .position(|(locale, _)| locale == cx.locale);
    let choose_language = move |index: usize| {
        cx.place.remember();
        preferences.set_language(Locale::ALL[index].0);
    };
    // The page is built anew in the new language.
    cx.place.restore();
    let blocked = move || match preferences.notify.get() {
        Notify::Off | Notify::On => "",
        Notify::Blocked => w.notify_blocked,
    };
    let not_kept = move || {
        if preferences.kept.get() {
            ""
        } else {
            w.not_kept
        }
    };
    let user = cx.session.user().get_untracked().unwrap_or_default();

    view! {
        <div class="page-head">{kit::heading(w.settings)}</div>
        <div class="settings">
            <section class="card">
                {kit::choice(w.theme, "theme", w.themes, theme.unwrap_or_default(), choose_theme)}
                {kit::choice(
                    w.language,
                    "language",
                    Locale::ALL.map(|(_, name)| name),
                    language.unwrap_or_default(),
                    choose_language,
                )}
            </section>
            <section class="card">
                <h2>{w.notifications}</h2>
                <label class="checkbox">
                    <input
                        type="checkbox"
                        role="switch"
                        prop:checked=move || preferences.notify.get() == Notify::On
                        on:change=move |event| preferences.set_notify(event_target_checked(&event))
                    />
                    <span>{w.notify_before_end}</span>
                </label>
                <p class="note">{w.notify_text}</p>
                <p class="error" role="alert">
                    {blocked}
                </p>
            </section>
            <section class="card">
                <h2>{w.account}</h2>
                <p>{user.name}</p>
                <p class="note">{user.email}</p>
            </section>
            <p class="note" role="status">
                {not_kept}
            </p>
        </div>
    }
    .into_any()
}
