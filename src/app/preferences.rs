//! What a person chose: theme, language, notifications.
//!
//! Invariants: choices are no secrets and survive logout; the browser is asked for the permission
//! to notify only when the person has just switched notifications on.

use leptos::{prelude::With as _, task::spawn_local};
use session_core::Phase;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationPermission};

use crate::{
    platform::{page, window},
    service::Session,
    ui::{
        locale::{Locale, set_locale},
        reactive::{Var, effect, memo},
        words,
    },
};

const THEME: &str = "theme";
const LANGUAGE: &str = "language";
const NOTIFICATIONS: &str = "notifications";

/// Colours of the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Theme {
    /// As the operating system has them.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All themes, in the order in which they are offered.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// Whether the person is notified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Notify {
    /// No.
    Off,
    /// Yes.
    On,
    /// The person wants it and the browser does not.
    Blocked,
}

/// The choices. Small and `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    session: Session,
    pub(crate) theme: Var<Theme>,
    pub(crate) locale: Var<Locale>,
    pub(crate) notify: Var<Notify>,
    /// Whether the browser keeps the choices.
    pub(crate) kept: Var<bool>,
}

impl Preferences {
    /// Reads the choices and brings them into effect; `language` is the one before any choice.
    pub(crate) fn provide(session: Session, language: &str) -> Self {
        let shelf = session.shelf();
        let theme = shelf.read(THEME).and_then(|name| Theme::parse(&name));
        let language = shelf.read(LANGUAGE).unwrap_or_else(|| language.to_owned());
        let wanted = shelf.read(NOTIFICATIONS).is_some();
        let allowed = wanted && permission() == Some(NotificationPermission::Granted);
        let preferences = Self {
            session,
            theme: Var::new(theme.unwrap_or(Theme::System)),
            locale: Var::new(Locale::parse(&language).unwrap_or_default()),
            notify: Var::new(if allowed { Notify::On } else { Notify::Off }),
            kept: Var::new(true),
        };
        set_locale(preferences.locale.get_untracked());
        effect(move || {
            mark_page("data-theme", preferences.theme.get().name());
            mark_page("lang", preferences.locale.get().tag());
        });
        preferences.notify_before_end();
        preferences
    }

    /// Chooses the colours.
    pub(crate) fn set_theme(self, theme: Theme) {
        self.theme.set(theme);
        self.keep(THEME, theme.name());
    }

    /// Chooses the language.
    pub(crate) fn set_language(self, locale: Locale) {
        self.keep(LANGUAGE, locale.tag());
        set_locale(locale);
        self.locale.set(locale);
    }

    /// Switches notifications on, if the browser lets, or off.
    pub(crate) fn set_notify(self, on: bool) {
        if !on {
            self.notify.set(Notify::Off);
            self.session.shelf().remove(NOTIFICATIONS);
            return;
        }
        spawn_local(async move {
            let asked = permission().and_then(|_| Notification::request_permission().ok());
            if let Some(answer) = asked {
                // The answer is read from the permission, also where the promise is refused.
                JsFuture::from(answer).await.unwrap_or_default();
            }
            let allowed = permission() == Some(NotificationPermission::Granted);
            if allowed {
                self.keep(NOTIFICATIONS, "on");
            }
            self.notify
                .set(if allowed { Notify::On } else { Notify::Blocked });
        });
    }

    fn keep(self, key: &str, value: &str) {
        self.kept
            .set(self.session.shelf().write(key, value).is_ok());
    }

    /// Notifies at the beginning of a warning that nobody can see in the page.
    fn notify_before_end(self) {
        let warned = memo(move || {
            let view = self.session.view();
            view.with(|view| u64::from(matches!(view.phase, Phase::Warned { .. })))
        });
        effect(move || {
            let wanted = self.notify.get_untracked() == Notify::On;
            if warned.get() == 1 && wanted && !page::is_visible() {
                let text = words::words().about_to_expire;
                // Some browsers only notify from service workers; the dialog is there all the same.
                drop(Notification::new(text));
            }
        });
    }
}

/// Returns what the browser thinks of notifications; `None` where it has none.
fn permission() -> Option<NotificationPermission> {
    let known = js_sys::Reflect::has(&window(), &"Notification".into()).unwrap_or_default();
    known.then(Notification::permission)
}

fn mark_page(attribute: &str, value: &str) {
    if let Some(page) = window().document().and_then(|it| it.document_element()) {
        page.set_attribute(attribute, value).unwrap_or_default();
    }
}
