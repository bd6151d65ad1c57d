//! The handle that components hold.

use std::{cell::RefCell, rc::Rc, time::Duration};

use gloo_net::http::Method;
use leptos::prelude::*;
use session_core::{
    Assurance, Command, ConnectionStatus, Input, Phase, SessionView, timeline::Entry,
};
use session_protocol::{EndReason, SessionConfig, User, http::LoginRequest};

use super::{
    browser::BrowserPlatform,
    drafts::Draft,
    driver::Driver,
    fetch::Request,
    platform::Platform,
    updates::{Subscription, Update},
};
use crate::platform::{frame::Frame, random, storage::Shelf};

/// The session of this page. Small and `Copy`: pass it into closures freely.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    view: ReadSignal<SessionView>,
    driver: StoredValue<Rc<Driver>, LocalStorage>,
}

/// Starts the session of this page in the browser and puts it into the context.
#[must_use]
pub fn provide_session(config: SessionConfig) -> Session {
    let platform = Box::new(BrowserPlatform::new(&config));
    provide_session_on(platform, config)
}

/// As [`provide_session`], on these surroundings.
#[must_use]
pub fn provide_session_on(platform: Box<dyn Platform>, config: SessionConfig) -> Session {
    let session = start_session(platform, config);
    provide_context(session);
    session
}

/// Starts the session of this page on these surroundings; it lives as long as the current reactive
/// owner. Nothing is put into the context: whoever calls this hands the session on.
#[must_use]
pub fn start_session(platform: Box<dyn Platform>, config: SessionConfig) -> Session {
    let (tab, seed) = (random::bits().to_string(), random::bits());
    let (view, publish) = signal(SessionView {
        epoch: 0,
        phase: Phase::Restoring,
        connection: ConnectionStatus::StandingBy,
        assurance: Assurance::Verified,
    });
    let driver = Driver::new(config, platform, tab, seed, move |view| publish.set(view));
    let presence = driver.presence();
    let locks = driver.platform.locks();
    driver.dispatch(Input::Started { presence, locks });
    Session {
        view,
        driver: StoredValue::new_local(driver),
    }
}

/// Returns the session of this page.
///
/// # Panics
///
/// Outside a component below the one that called [`provide_session`].
#[must_use]
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// Returns the one signal of the session. Read it through the projections below, or through a
    /// `Memo`, so that a component runs only when its part changes.
    #[must_use]
    pub const fn view(self) -> ReadSignal<SessionView> {
        self.view
    }

    /// Returns where the session is in its life.
    #[must_use]
    pub fn phase(self) -> Memo<Phase> {
        Memo::new(move |_| self.view.with(|view| view.phase.clone()))
    }

    /// Returns whose session lives, if one does.
    #[must_use]
    pub fn user(self) -> Memo<Option<User>> {
        Memo::new(move |_| self.view.with(|view| view.user().cloned()))
    }

    /// Returns how the socket is.
    #[must_use]
    pub fn connection(self) -> Memo<ConnectionStatus> {
        Memo::new(move |_| self.view.with(|view| view.connection))
    }

    /// Returns how far what is shown may be relied on.
    #[must_use]
    pub fn assurance(self) -> Memo<Assurance> {
        Memo::new(move |_| self.view.with(|view| view.assurance))
    }

    /// Returns the number of the session epoch: it changes when a session begins or ends.
    #[must_use]
    pub fn epoch(self) -> Memo<u64> {
        Memo::new(move |_| self.view.with(|view| view.epoch))
    }

    /// Asks for something. Whether it happens shows in the view.
    pub fn command(self, command: Command) {
        self.driver().dispatch(Input::Commanded(command));
    }

    /// Asks to log in.
    pub fn log_in(self, login: LoginRequest) {
        self.command(Command::LogIn(login));
    }

    /// Returns the monotonic clock that [`session_core::Warning::ends_at`] is told in.
    #[must_use]
    pub fn now(self) -> Duration {
        self.driver().platform.now().monotonic
    }

    /// Begins a request with this method.
    pub fn request(self, method: Method, url: &str) -> Request {
        Request::new(self.driver(), method, url)
    }

    /// Begins a `GET` request.
    pub fn get(self, url: &str) -> Request {
        self.request(Method::GET, url)
    }

    /// Calls `handler` for each update of a topic, as long as the subscription is kept.
    pub fn on_update(self, topic: &str, handler: impl Fn(&Update) + 'static) -> Subscription {
        Subscription::new(&self.driver(), topic, handler)
    }

    /// Folds the updates of a topic into one signal, written at most once an animation frame.
    /// The subscription ends with the current reactive owner.
    #[must_use]
    pub fn live<T>(
        self,
        topic: &str,
        initial: T,
        fold: impl Fn(&mut T, &Update) + 'static,
    ) -> ReadSignal<T>
    where
        T: Clone + Send + Sync + 'static,
    {
        let (read, write) = signal(initial.clone());
        let state = Rc::new(RefCell::new(initial));
        let folded = Rc::clone(&state);
        let fold = move |update: &Update| fold(&mut folded.borrow_mut(), update);
        let subscription = self.each_frame(topic, fold, move || {
            let _gone = write.try_set(state.borrow().clone());
        });
        StoredValue::new_local(subscription);
        read
    }

    /// Calls `fold` for each update of a topic, and `publish` once before the next paint after
    /// one or more of them, as long as the subscription is kept.
    pub fn each_frame(
        self,
        topic: &str,
        fold: impl Fn(&Update) + 'static,
        publish: impl Fn() + 'static,
    ) -> Subscription {
        let publish: Rc<dyn Fn()> = Rc::new(publish);
        let frame = Rc::new(RefCell::new(None::<Frame>));
        self.on_update(topic, move |update| {
            fold(update);
            if frame.borrow().is_none() {
                let (publish, waiting) = (Rc::clone(&publish), Rc::clone(&frame));
                *frame.borrow_mut() = Some(Frame::next(move || {
                    publish();
                    // The frame is running, so its callback must not go before it returns.
                    leptos::task::spawn_local(async move { *waiting.borrow_mut() = None });
                }));
            }
        })
    }

    /// Calls `hook` when protected state must go: at each end of a session.
    pub fn on_clear(self, hook: impl Fn(EndReason) + 'static) {
        self.driver().clear_hooks.borrow_mut().push(Rc::new(hook));
    }

    /// Returns the draft of a form of the current user; `None` if nobody is logged in.
    #[must_use]
    pub fn draft(self, form: &str) -> Option<Draft> {
        let driver = self.driver();
        let view = driver.view();
        view.user().map(|user| driver.drafts.draft(&user.id, form))
    }

    /// Returns the part of the local storage that belongs to this app's scope, for preferences.
    #[must_use]
    pub fn shelf(self) -> Shelf {
        self.driver().shelf.clone()
    }

    /// Returns the record of what happened, oldest first. It holds no secret.
    #[must_use]
    pub fn timeline(self) -> Vec<Entry> {
        self.driver().timeline()
    }

    fn driver(self) -> Rc<Driver> {
        self.driver.get_value()
    }
}
