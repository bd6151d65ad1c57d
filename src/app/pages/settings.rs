//! What the person chooses.

use std::rc::Rc;

use leptos::prelude::*;
use session_protocol::object;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use crate::{
    app::{
        context::Context,
        kit,
        preferences::{Notify, Theme},
        step_up,
    },
    ui::{
        element::{El, el, set_attribute, set_property, value_of},
        field,
        locale::Locale,
        reactive::Var,
        username,
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
            Rc::new(choose_theme),
        ))
        .child(kit::choice(
            w.language,
            "language",
            &languages,
            language.unwrap_or_default(),
            Rc::new(choose_language),
        ));
    let user = cx
        .session
        .view()
        .with_untracked(|view| view.user().cloned())
        .unwrap_or_default();
    let account = el("section.card")
        .child(el("h2").text(w.account))
        .child(el("p").text(&user.name))
        .child(kit::note(&user.email))
        .child(password(cx, &user.email));
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

/// The change of the password. What was typed stays until it has succeeded.
fn password(cx: Context, email: &str) -> El {
    const PROBLEM: &str = "password-error";
    let w = cx.words;
    let (problem, told) = (Var::new(""), Var::new(""));
    let (current, current_field) =
        field(w.current_password, "password", "current-password", PROBLEM);
    let (new, new_field) = field(w.new_password, "password", "new-password", PROBLEM);
    set_attribute(&new_field, "minlength", Some("8"));
    let others = el("input type=checkbox checked");
    let others_field = others.node().clone();
    let others = el("label.checkbox")
        .child(others)
        .child(el("span").text(w.end_others));
    el("form.form")
        .child(username(email))
        .child(current)
        .child(new)
        .child(others)
        .child(kit::alert(move || problem.get()).attr("id", PROBLEM))
        .child(el("button.button type=submit").text(w.change_password))
        .child(kit::told("told", move || told.get()))
        .on("submit", move |event| {
            event.prevent_default();
            if told.with_untracked(|told| *told == w.saving) {
                return;
            }
            let others = others_field
                .dyn_ref()
                .is_some_and(HtmlInputElement::checked);
            let fields = [current_field.clone(), new_field.clone()];
            let body = object(vec![
                ("currentPassword", value_of(&fields[0]).into()),
                ("newPassword", value_of(&fields[1]).into()),
                ("endOthers", others.into()),
            ]);
            problem.set("");
            told.set(w.saving);
            let then = move |failed: &'static str| {
                problem.set(failed);
                told.set("");
                if failed.is_empty() {
                    for field in &fields {
                        set_property(field, "value", &"".into());
                    }
                    told.set(w.password_changed);
                }
            };
            step_up::send(cx, "/api/account/password", body, Box::new(then));
        })
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
