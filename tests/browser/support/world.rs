//! A page with a session on the scripted platform.

use std::{
    cell::{Cell, RefCell},
    ops::Deref,
    rc::Rc,
    time::Duration,
};

use leptos::prelude::*;
use leptos_session::{
    Session,
    platform::storage::Shelf,
    service::provide_session_on,
    ui::locale::{Locale, set_locale},
};
use session_core::Phase;
use session_protocol::{
    EndReason, Secret, ServerMessage, SessionConfig, WarningCause, http::LoginRequest,
};

use super::{Page, Stage, wait::tick};

pub const EMAIL: &str = "user@example.com";

/// A stage, a session on it and a view of it.
pub struct World {
    pub stage: Stage,
    pub session: Session,
    shelf: Shelf,
    page: Page,
}

impl World {
    /// Starts a session where nothing is remembered, and waits until it knows that nobody is
    /// logged in.
    pub async fn anonymous<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Self {
        Self::on(Stage::default(), config(), view).await
    }

    /// As [`World::anonymous`], and the user logs in.
    pub async fn logged_in<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Self {
        let world = Self::anonymous(view).await;
        world.log_in().await;
        world
    }

    /// Starts a session on this stage with this configuration.
    pub async fn on<V: IntoView + 'static>(
        stage: Stage,
        config: SessionConfig,
        view: impl FnOnce() -> V + 'static,
    ) -> Self {
        let platform = Box::new(stage.clone());
        let shelf = Shelf::new(&config.scope);
        let session = Rc::new(RefCell::new(None));
        let page = {
            let session = Rc::clone(&session);
            Page::mount(move || {
                // A test before may have chosen another language.
                set_locale(Locale::English);
                *session.borrow_mut() = Some(provide_session_on(platform, config));
                view()
            })
        };
        tick().await;
        let session = session.borrow().unwrap();
        Self {
            stage,
            session,
            shelf,
            page,
        }
    }

    /// Logs in through the service.
    pub async fn log_in(&self) {
        self.log_in_as(EMAIL).await;
    }

    /// Logs this user in through the service.
    pub async fn log_in_as(&self, email: &str) {
        self.session.log_in(login(email, "password"));
        tick().await;
        assert!(
            matches!(self.phase(), Phase::Active { .. }),
            "expected a living session, found {:?}",
            self.phase()
        );
    }

    /// The server warns.
    pub async fn warn(&self, seconds: u64, cause: WarningCause, extendable: bool) {
        self.stage
            .deliver(ServerMessage::SessionWarning {
                remaining: Duration::from_secs(seconds),
                cause,
                extendable,
            })
            .await;
    }

    /// The server ends the session.
    pub async fn expire(&self, reason: EndReason) {
        self.stage.backend().user.take();
        self.stage
            .deliver(ServerMessage::SessionExpired { reason })
            .await;
    }

    pub fn phase(&self) -> Phase {
        self.session
            .view()
            .with_untracked(|view| view.phase.clone())
    }

    /// Returns the part of the storage that this world uses.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    pub fn page(&mut self) -> &mut Page {
        &mut self.page
    }
}

impl Deref for World {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.page.unmount();
        self.shelf.remove_all("");
    }
}

/// Returns a configuration with a scope of its own, so that no test sees another's storage.
pub fn config() -> SessionConfig {
    thread_local!(static WORLDS: Cell<u32> = const { Cell::new(0) });
    let number = WORLDS.replace(WORLDS.get() + 1);
    SessionConfig {
        scope: format!("test-{number}"),
        ..SessionConfig::default()
    }
}

pub fn login(email: &str, password: &str) -> LoginRequest {
    LoginRequest {
        email: email.to_owned(),
        password: Secret::new(password),
        remember_me: false,
    }
}
