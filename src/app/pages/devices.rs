//! Everywhere the user is logged in.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::{prelude::*, task::spawn_local};
use session_protocol::Value;

use crate::app::{
    api::{Loaded, call, flag, load, text, when_loaded, whole},
    context::Context,
    kit,
    numbers::ago,
    words::Words,
};

const PATH: &str = "/api/sessions";
/// How often the list is asked for. Less often, and "active now" is not true any more.
const PERIOD: Duration = Duration::from_secs(15);

pub(in crate::app) fn page(cx: Context) -> AnyView {
    let devices = Devices {
        cx,
        list: RwSignal::new(Loaded::Waiting),
        told: RwSignal::new(""),
    };
    let ticks = kit::ticks(PERIOD);
    Effect::new(move |_| {
        ticks.track();
        load(cx, PATH, devices.list);
    });
    let w = cx.words;
    let end_others = move || devices.end(Method::POST, "/end-others", w.others_ended);
    view! {
        <div class="page-head">
            {kit::heading(w.devices)} {kit::button("button danger", w.end_others, end_others)}
        </div>
        <p class="note">{w.devices_text}</p>
        <p class="told" role="status">
            {devices.told}
        </p>
        {when_loaded(cx, PATH, devices.list, move |value| devices.view(value))}
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Devices {
    cx: Context,
    list: RwSignal<Loaded>,
    /// What happened last.
    told: RwSignal<&'static str>,
}

impl Devices {
    fn view(self, value: &Value) -> AnyView {
        let devices = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let rows: Vec<_> = devices.iter().map(|device| self.row(device)).collect();
        view! { <ul class="card rows">{rows}</ul> }.into_any()
    }

    fn row(self, device: &Value) -> AnyView {
        let w = self.cx.words;
        let id = text(device, "id").to_owned();
        let since = |field| ago(self.cx.locale, whole(device, field));
        let name = browser(w, text(device, "userAgent"));
        let title = ["device-", &id].concat();
        let mark = if flag(device, "current") {
            view! { <span class="tag">{w.this_device}</span> }.into_any()
        } else {
            let described = title.clone();
            let end = move |_| self.end(Method::DELETE, &["/", &id].concat(), w.ended);
            view! {
                <button
                    type="button"
                    class="button"
                    aria-describedby=described
                    on:click=end
                >
                    {w.end_session}
                </button>
            }
            .into_any()
        };
        let remembered = flag(device, "rememberMe").then_some(w.remembered);
        let facts = [
            Some([w.last_active, " ", &since("lastActiveSecondsAgo")].concat()),
            Some([w.signed_in, " ", &since("signedInSecondsAgo")].concat()),
            Some(text(device, "address").to_owned()).filter(|address| !address.is_empty()),
            remembered.map(str::to_owned),
        ];
        let facts: Vec<_> = facts.into_iter().flatten().collect();
        view! {
            <li>
                <span class="what">
                    <strong id=title>{name}</strong>
                    <span class="note">{facts.join(" · ")}</span>
                </span>
                <span class="actions">{mark}</span>
            </li>
        }
        .into_any()
    }

    fn end(self, method: Method, below: &str, done: &'static str) {
        let Self { cx, list, told } = self;
        let path = [PATH, below].concat();
        spawn_local(async move {
            let text = match call(cx, method, &path, None).await {
                Ok(_) => done,
                Err(error) => cx.words.problem(&error),
            };
            if told.try_set(text).is_none() {
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
        let mut names = names.iter();
        names
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
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
