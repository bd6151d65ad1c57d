//! What the person chooses.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use crate::{
    app::{
        context::Context,
        kit,
        preferences::{Notify, Theme},
    },
    ui::{
        element::{El, el},
        locale::Locale,
    },
};

pub(in crate::app) fn page(cx: Context) -> El {
    let (w, preferences) = (cx.words, cx.preferences);
    let theme = preferences.theme.get_untracked();
    let theme = Theme::ALL.into_iter().position(|it| it == theme);
    let choose_theme = move |index: usize| preferences.set_theme(Theme::ALL[index]);
    let language = Locale::ALL
        .into_iter()
        .position(|(locale, _)| locale == cx.locale);
    let languages = Locale::ALL.map(|(_, name)| name);
    let choose_language = move |index: usize| {
        cx.place.remember();
        preferences.set_language(Locale::ALL[index].0);
    };
    // The page is built anew in the new language.
    cx.place.restore();
    let looks = el("section.card")
        .child(kit::choice(
            w.theme,
            "theme",
            &w.themes,
            theme.unwrap_or_default(),
            choose_theme,
        ))
        .child(kit::choice(
            w.language,
            "language",
            &languages,
            language.unwrap_or_default(),
            choose_language,
        ));
    let user = cx
        .session
        .view()
        .with_untracked(|view| view.user().cloned())
        .unwrap_or_default();
    let account = el("section.card")
        .child(el("h2").text(w.account))
        .child(el("p").text(&user.name))
        .child(kit::note(&user.email));
    let not_kept = move || {
        if preferences.kept.get() {
            ""
        } else {
            w.not_kept
        }
    };
    let sections = el("div.settings").children([looks, notifications(cx), account]);
    el("div.page")
        .child(kit::head(w.settings))
        .child(sections)
        .child(kit::told("note", not_kept))
}

fn notifications(cx: Context) -> El {
    let (w, preferences) = (cx.words, cx.preferences);
    let switch = el("input type=checkbox role=switch");
    let node = switch.node().clone();
    let checked = node.clone();
    let switch = switch
        .on("change", move |_| {
            let on = checked.dyn_ref().is_some_and(HtmlInputElement::checked);
            preferences.set_notify(on);
        })
        .effect(move || {
            let on = preferences.notify.get() == Notify::On;
            if let Some(switch) = node.dyn_ref::<HtmlInputElement>() {
                switch.set_checked(on);
            }
        });
    let blocked = move || match preferences.notify.get() {
        Notify::Off | Notify::On => "",
        Notify::Blocked => w.notify_blocked,
    };
    let label = el("label.checkbox")
        .child(switch)
        .child(el("span").text(w.notify_before_end));
    el("section.card")
        .child(el("h2").text(w.notifications))
        .child(label)
        .child(kit::note(w.notify_text))
        .child(kit::alert(blocked))
}
