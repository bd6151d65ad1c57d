//! The single-page app: pages around the session. It is not part of the library's API.
//!
//! What is shown follows from two values, the session's phase and the address. Whoever must log in
//! does so at the address that was asked for, so Back, reload and bookmarks keep their meaning and
//! there is no return address that could lead elsewhere. Invariant: everything of a user is inside
//! the guard of `inside`.

mod api;
mod chart;
mod context;
mod kit;
mod nav;
mod numbers;
mod pages;
mod place;
mod preferences;
mod router;
mod routes;
mod samples;
pub mod startup;
mod step_up;
mod words;

use leptos::prelude::{IntoView, With as _, component};
use session_core::{ConnectionStatus, Phase};
use session_protocol::SessionConfig;

pub use routes::base_of;

use self::{
    context::{Context, Contexts, Parts},
    place::Place,
    preferences::Preferences,
    router::Router,
    routes::Route,
    samples::Received,
    words::Words,
};
use crate::{
    platform::window,
    service::{Platform, Session, start_session},
    ui::{
        connection, covered,
        element::{El, el},
        living_epoch,
        reactive::{Var, effect, memo},
        session_dialogs,
        words::words,
    },
};

/// What surrounds the pages.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Stage {
    /// Nobody knows yet.
    Restoring,
    /// The login page.
    Outside,
    /// The pages; emptied while a session is expired.
    Inside,
}

/// The app on these surroundings.
#[component]
pub fn App(
    /// What the deployment chose.
    config: SessionConfig,
    /// The browser, or a scripted one.
    platform: Box<dyn Platform>,
) -> impl IntoView {
    let base = config.base_path.clone().unwrap_or_else(|| "/".to_owned());
    let origin = api::origin_of(&config.endpoints.session).to_owned();
    let language = config.locale.clone();
    let session = start_session(platform, config);
    let preferences = Preferences::provide(session, &language);
    let (router, place) = (Router::new(base), Place::new());
    let (origin, received) = (Var::new(origin), Var::new(Received::default()));
    session.on_clear(move |_| place.remember());
    let stage = stage(session);
    name_page(session, stage, router, preferences);
    begin_pages(stage, router, place);

    let contexts = Contexts::new(move |locale| Parts {
        session,
        router,
        preferences,
        place,
        locale,
        words: Words::of(locale),
        origin,
        received,
    });
    let shown = move || {
        let cx = contexts.of(preferences.locale.get());
        Some(match stage() {
            Stage::Restoring => waiting(cx),
            Stage::Outside => pages::login::page(cx),
            Stage::Inside => inside(cx),
        })
    };
    let pages = el("div.app")
        .on("click", move |click| router.follow(&click))
        .live(shown);
    el("div.page")
        .child(pages)
        .child(session_dialogs(session))
        .into_leptos()
}

impl Stage {
    const ALL: [Self; 3] = [Self::Restoring, Self::Outside, Self::Inside];

    const fn of(phase: &Phase) -> Self {
        match phase {
            Phase::Restoring => Self::Restoring,
            Phase::Anonymous { .. } | Phase::LoggingOut => Self::Outside,
            Phase::Active { .. } | Phase::Warned { .. } | Phase::Expired { .. } => Self::Inside,
        }
    }
}

/// Follows the stage, not each change of the phase.
fn stage(session: Session) -> impl Fn() -> Stage + Copy {
    let stage = memo(move || session.view().with(|view| Stage::of(&view.phase) as u64));
    move || {
        Stage::ALL
            .into_iter()
            .find(|it| *it as u64 == stage.get())
            .unwrap_or(Stage::Restoring)
    }
}

/// The pages of a session; empty while none lives, covered while nobody knows.
fn inside(cx: Context) -> El {
    let epoch = living_epoch(cx.session);
    let contents = el("div.session-guarded")
        .on("focusin", move |_| cx.place.focus_moved())
        .live(move || match epoch.get() {
            0 => None,
            _ => page(cx),
        });
    let main = main_element().child(covered(cx.session, contents));
    el("div.page").child(nav::bar(cx)).child(main)
}

/// What stands there until it is known whether there is a session; looks like `index.html`.
fn waiting(cx: Context) -> El {
    let trouble = move || match connection(cx.session) {
        ConnectionStatus::Degraded | ConnectionStatus::Offline | ConnectionStatus::Reconnecting => {
            cx.words.tries_again
        }
        ConnectionStatus::Live | ConnectionStatus::Connecting | ConnectionStatus::StandingBy => "",
    };
    let main = main_element()
        .child(kit::told("note", trouble))
        .child(kit::skeleton("skeleton", cx.words.loading));
    el("div.page").child(nav::bare_bar()).child(main)
}

fn main_element() -> El {
    el("main id=main tabindex=-1")
}

fn page(cx: Context) -> Option<El> {
    Some(match cx.router.route() {
        Route::Dashboard => pages::dashboard::page(cx),
        Route::Login => return None,
        Route::Notes => pages::notes::page(cx),
        Route::Note(id) => pages::note::page(cx, id),
        Route::Devices => pages::devices::page(cx),
        Route::Inspector => pages::inspector::page(cx),
        Route::Settings => pages::settings::page(cx),
        Route::NotFound(_) => pages::not_found::page(cx),
    })
}

/// Keeps the title of the document (WCAG 2.4.2), which tells of the end of a session also where
/// nobody sees the page.
fn name_page(
    session: Session,
    stage: impl Fn() -> Stage + 'static,
    router: Router,
    preferences: Preferences,
) {
    effect(move || {
        let w = Words::of(preferences.locale.get());
        let common = words();
        let trouble = session.view().with(|view| match view.phase {
            Phase::Warned { .. } => [common.about_to_expire, " · "],
            Phase::Expired { .. } => [common.session_expired, " · "],
            Phase::Restoring
            | Phase::Anonymous { .. }
            | Phase::Active { .. }
            | Phase::LoggingOut => ["", ""],
        });
        let name = match (stage(), router.route()) {
            (Stage::Restoring, _) => w.loading,
            (Stage::Outside, _) | (_, Route::Login) => common.log_in,
            (Stage::Inside, Route::Dashboard) => w.dashboard,
            (Stage::Inside, Route::Notes) => w.notes,
            (Stage::Inside, Route::Note(_)) => w.note,
            (Stage::Inside, Route::Devices) => w.devices,
            (Stage::Inside, Route::Inspector) => w.inspector,
            (Stage::Inside, Route::Settings) => w.settings,
            (Stage::Inside, Route::NotFound(_)) => w.not_found,
        };
        if let Some(document) = window().document() {
            document.set_title(&[trouble[0], trouble[1], name, " · leptos-session"].concat());
        }
    });
}

/// Begins each page at its heading, except for the one that the browser loaded.
fn begin_pages(stage: impl Fn() -> Stage + 'static, router: Router, place: Place) {
    let mut before = Stage::Restoring;
    effect(move || {
        let (stage, route) = (stage(), router.route());
        if stage == Stage::Inside && route == Route::Login {
            router.replace(Route::Dashboard);
        }
        if before != Stage::Restoring {
            place.begin_page();
        }
        before = stage;
    });
}
