//! Everywhere the user is logged in.

use std::{rc::Rc, time::Duration};

use gloo_net::http::Method;
use leptos::task::spawn_local;
use session_protocol::Value;

use crate::{
    app::{
        api::{Loaded, call, flag, load, text, when_loaded, whole},
        context::Context,
        kit,
        numbers::ago,
        step_up::{self, Waiting},
        words::Words,
    },
    ui::{
        element::{El, el},
        reactive::Var,
    },
};

const PATH: &str = "/api/sessions";
/// How often the list is asked for. Less often, and "active now" is not true any more.
const PERIOD: Duration = Duration::from_secs(15);

pub(in crate::app) fn page(cx: Context) -> El {
    let devices = Devices {
        cx,
        list: Var::new(Loaded::Waiting),
        told: Var::new(""),
        waiting: Var::new(None),
    };
    let Devices { list, told, .. } = devices;
    let shown = Var::new(Loaded::Waiting);
    let ticks = kit::ticks(PERIOD);
    let w = cx.words;
    let end_others = move || devices.end(Method::POST, "/end-others".to_owned(), w.others_ended);
    el("div.page")
        .child(kit::head(w.devices).child(kit::button("button danger", w.end_others, end_others)))
        .child(kit::note(w.devices_text))
        .child(kit::told("told", move || told.get()))
        .child(step_up::asking(cx, devices.waiting))
        .child(when_loaded(
            cx,
            PATH,
            shown,
            Box::new(move |value| devices.view(value)),
        ))
        .effect(move || {
            ticks.follow();
            load(cx, PATH, list);
        })
        .effect(move || {
            list.with(|list| {
                if !shown.with_untracked(|shown| alike(shown, list)) {
                    shown.set(list.clone());
                }
            });
        })
}

/// Returns whether two answers have the same rows. Rows that stay keep the focus; what changes in
/// them is live.
fn alike(one: &Loaded, other: &Loaded) -> bool {
    match (one, other) {
        (Loaded::Waiting, Loaded::Waiting) => true,
        (Loaded::Failed(one), Loaded::Failed(other)) => one == other,
        (Loaded::Ready(one), Loaded::Ready(other)) => {
            let (one, other) = (entries(one), entries(other));
            let same = |(one, other): (&Value, &Value)| {
                text(one, "id") == text(other, "id")
                    && text(one, "userAgent") == text(other, "userAgent")
                    && flag(one, "current") == flag(other, "current")
            };
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        _ => false,
    }
}

fn entries(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[derive(Clone, Copy)]
struct Devices {
    cx: Context,
    list: Var<Loaded>,
    /// What happened last.
    told: Var<&'static str>,
    waiting: Waiting,
}

impl Devices {
    fn view(self, value: &Value) -> El {
        let rows = entries(value).iter().map(|device| self.row(device));
        el("ul.card.rows").children(rows)
    }

    fn row(self, device: &Value) -> El {
        let w = self.cx.words;
        let id = text(device, "id").to_owned();
        let title = ["device-", &id].concat();
        let action = if flag(device, "current") {
            el("span.tag").text(w.this_device)
        } else {
            let end = move || self.end(Method::DELETE, ["/", &id].concat(), w.ended);
            kit::button("button", w.end_session, end).attr("aria-describedby", &title)
        };
        let name = browser(w, text(device, "userAgent"));
        let device = device.clone();
        let facts = move || {
            self.list.with(|list| match list {
                Loaded::Ready(list) => {
                    let mut list = entries(list).iter();
                    let now = list.find(|now| text(now, "id") == text(&device, "id"));
                    self.facts(now.unwrap_or(&device))
                }
                Loaded::Waiting | Loaded::Failed(_) => self.facts(&device),
            })
        };
        let what = el("span.what")
            .child(el("strong").attr("id", &title).text(&name))
            .child(el("span.note").live_text(facts));
        el("li").child(what).child(el("span.actions").child(action))
    }

    fn facts(self, device: &Value) -> String {
        let w = self.cx.words;
        let since = |field| ago(self.cx.locale, whole(device, field));
        let mut facts = vec![
            [w.last_active, " ", &since("lastActiveSecondsAgo")].concat(),
            [w.signed_in, " ", &since("signedInSecondsAgo")].concat(),
            text(device, "address").to_owned(),
        ];
        if flag(device, "rememberMe") {
            facts.push(w.remembered.to_owned());
        }
        facts.retain(|fact| !fact.is_empty());
        facts.join(" · ")
    }

    fn end(self, method: Method, below: String, done: &'static str) {
        let Self { cx, list, told, .. } = self;
        spawn_local(async move {
            let path = [PATH, &below].concat();
            let text = match call(cx, method.clone(), &path, None).await {
                Ok(_) => done,
                Err(error) if step_up::is_demanded(&error) => {
                    let again = move || self.end(method.clone(), below.clone(), done);
                    return self.waiting.set(Some(Rc::new(again)));
                }
                Err(error) => cx.words.problem(&error),
            };
            if !told.is_gone() {
                told.set(text);
                load(cx, PATH, list);
            }
        });
    }
}

/// Names browser and system. Each browser also names those that it descends from, so the order
/// matters.
fn browser(w: &Words, user_agent: &str) -> String {
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        // `str::contains` brings a search algorithm of 1.5 KB along.
        let has = |mark: &str| {
            let mut windows = user_agent.as_bytes().windows(mark.len());
            windows.any(|window| window == mark.as_bytes())
        };
        let mut names = names.iter();
        names.find(|(mark, _)| has(mark)).map(|(_, name)| *name)
    };
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => [browser, " ", w.on, " ", system].concat(),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => w.unknown_browser.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::locale::Locale;

    #[test]
    fn browsers_are_told_apart() {
        let w = Words::of(Locale::English);
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/130.0.0.0 Safari/537.36";
        assert_eq!(browser(w, chrome), "Chrome on Linux");
        assert_eq!(
            browser(w, &[chrome, " Edg/130.0"].concat()),
            "Edge on Linux"
        );
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(browser(w, phone), "Safari on iPhone");
        assert_eq!(browser(w, "curl/8.5.0"), "curl");
        assert_eq!(browser(w, ""), "Unknown browser");
    }
}
