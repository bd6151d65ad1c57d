//! Moves between pages without loading, and knows which one is shown.
//!
//! Invariant: a click that means something else than "go there, here" (another button, a modifier,
//! another window, a download, another origin) is left to the browser.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, MouseEvent};

use super::routes::Route;
use crate::{
    platform::{history, window},
    ui::reactive::Var,
};

/// Where the app is. Small and `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct Router {
    base: Var<String>,
    route: Var<Route>,
}

impl Router {
    /// Begins at the address of the page and follows it until the current owner goes.
    pub(crate) fn new(base: String) -> Self {
        let route = Var::new(Route::parse(&base, &history::path()));
        let base = Var::new(base);
        let router = Self { base, route };
        let listener = history::on_move(move || router.show(router.read(&history::path())));
        Var::keep(listener);
        router
    }

    /// Returns what is shown; reactive.
    pub(crate) fn route(self) -> Route {
        self.route.get()
    }

    /// Returns the path of a route.
    pub(crate) fn href(self, route: &Route) -> String {
        self.base.with_untracked(|base| route.path(base))
    }

    /// Goes to a page; Back returns to this one.
    pub(crate) fn go(self, route: Route) {
        if self.route.with_untracked(|current| *current != route) {
            history::push(&self.href(&route));
            window().scroll_to_with_x_and_y(0.0, 0.0);
            self.show(route);
        }
    }

    /// Shows a page in place of this one; Back does not return here.
    pub(crate) fn replace(self, route: Route) {
        history::replace(&self.href(&route));
        self.show(route);
    }

    /// Follows a link of this app. For the root of the app: one handler serves all links.
    pub(crate) fn follow(self, click: &Event) {
        let Some(click) = click.dyn_ref::<MouseEvent>() else {
            return;
        };
        let modified = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
        if modified || click.button() != 0 || click.default_prevented() {
            return;
        }
        let target = click
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| {
            let link = target.closest("a[href^='/']:not([target], [download])");
            link.ok().flatten()
        });
        if let Some(path) = link.and_then(|link| link.get_attribute("href")) {
            click.prevent_default();
            self.go(self.read(&path));
        }
    }

    fn read(self, path: &str) -> Route {
        self.base.with_untracked(|base| Route::parse(base, path))
    }

    fn show(self, route: Route) {
        if self.route.with_untracked(|current| *current != route) {
            self.route.set(route);
        }
    }
}
