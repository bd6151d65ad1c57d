//! The real platform below a driver: one of each thing, and nothing left when the page goes.

use std::time::Duration;

use leptos::prelude::*;
use leptos_session::{
    Session, provide_session,
    service::{BrowserPlatform, Platform as _},
};
use session_core::{ConnectionStatus, Phase, SocketId};
use session_protocol::{CloseCode, SessionConfig};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Page, Replaced, World, javascript,
    javascript::{FAKE_WEB_SOCKET, property},
    until,
    user::dispatch,
    world::{config, login},
};

/// Counts the timeouts that are pending and long: those of the driver and of HTTP calls.
const COUNTING_SET: &str = "window.pending = new Set(), ((original) => (callback, delay) => {
    const id = original(() => { window.pending.delete(id); callback(); }, delay);
    if (delay > 1000) { window.pending.add(id); }
    return id;
})(window.setTimeout.bind(window))";
const COUNTING_CLEAR: &str = "((original) => (id) => { window.pending.delete(id); original(id); })
    (window.clearTimeout.bind(window))";

/// A backend with one user.
const FETCH: &str = "window.asked = [], async (request) => {
    const path = new URL(request.url).pathname;
    window.asked.push(path);
    const session = { active: true, id: 's', user: { id: 'u', email: 'user@example.com' },
        idleRemainingSeconds: 1800, absoluteRemainingSeconds: 86400 };
    const bodies = {
        '/api/session': { active: false },
        '/api/auth/login': { accessToken: 'secret', expiresIn: 300, session },
    };
    return new Response(JSON.stringify(bodies[path] ?? {}), { status: 200 });
}";

#[wasm_bindgen_test]
async fn there_is_one_timer() {
    let world = World::anonymous(|| ()).await;
    let _counting = count_timers();
    let platform = BrowserPlatform::new(&SessionConfig::default());

    for seconds in [10, 20, 30] {
        let delay = Some(Duration::from_secs(seconds));
        platform.arm(delay, world.stage.facts());
    }
    assert_eq!(pending(), 1);

    platform.arm(None, world.stage.facts());
    assert_eq!(pending(), 0);
}

#[wasm_bindgen_test]
async fn a_page_that_can_be_seen_looks_at_its_clocks_and_no_deadline_comes_early() {
    let month = Some(Duration::from_secs(30 * 24 * 3600));
    let world = World::anonymous(|| ()).await;
    let platform = BrowserPlatform::new(&SessionConfig::default());
    let _set = Replaced::new(
        "window",
        "setTimeout",
        "window.delays = [], (_, delay) => { window.delays.push(delay); return 0; }",
    );

    platform.arm(month, world.stage.facts());
    let hidden = "{ configurable: true, get: () => 'hidden' }";
    javascript(&format!(
        "Object.defineProperty(document, 'visibilityState', {hidden})"
    ));
    platform.arm(month, world.stage.facts());
    javascript("delete document.visibilityState");

    let delays = javascript("window.delays.join()").as_string();
    assert_eq!(delays.as_deref(), Some("1001,2147483647"));
}

#[wasm_bindgen_test]
async fn there_is_one_socket_and_only_it_is_spoken_to() {
    let world = World::anonymous(|| ()).await;
    let _sockets = Replaced::new("window", "WebSocket", FAKE_WEB_SOCKET);
    let platform = BrowserPlatform::new(&SessionConfig::default());
    let open = |number: u64| {
        let url = format!("ws://fake/{number}");
        platform.open_socket(SocketId(number), url, Vec::new(), world.stage.facts());
        javascript("WebSocket.latest")
    };

    let first = open(1);
    let second = open(2);
    platform.close_socket(SocketId(1), CloseCode::NORMAL);
    let activity = session_protocol::ClientMessage::Activity;
    platform.send(SocketId(1), &activity);
    platform.send(SocketId(2), &activity);

    assert_eq!(property(&first, "closes"), 1);
    assert_eq!(property(&second, "closes"), 0);
    assert_eq!(property(&property(&first, "sent"), "length"), 0);
    assert_eq!(property(&property(&second, "sent"), "length"), 1);
    platform.close_socket(SocketId(2), CloseCode::UNRESPONSIVE);
    assert_eq!(property(&second, "code"), 4000);
}

#[wasm_bindgen_test]
async fn a_page_that_goes_leaves_nothing_behind() {
    let (_fetch, _sockets) = (
        Replaced::new("window", "fetch", FETCH),
        Replaced::new("window", "WebSocket", FAKE_WEB_SOCKET),
    );
    let _counting = count_timers();
    let (mut page, session) = start(config());
    until("nobody is logged in", || is_anonymous(session)).await;
    session.log_in(login("user@example.com", "password"));
    until("a socket is opened", || {
        javascript("WebSocket.latest !== undefined") == true
    })
    .await;
    javascript("WebSocket.latest.raise('onopen', new Event('open'))");
    javascript(r#"WebSocket.latest.deliver('{"type":"auth_ok","expiresIn":300}')"#);
    until("the socket is live", || {
        let view = session.view().get_untracked();
        view.connection == ConnectionStatus::Live
    })
    .await;
    assert_eq!(pending(), 1, "only the driver's timer waits");
    session.shelf().remove_all("");

    page.unmount();

    assert_eq!(pending(), 0);
    assert_eq!(javascript("WebSocket.latest.closes"), 1);
    assert!(javascript("WebSocket.latest.onmessage").is_falsy());
    let asked = javascript("asked.length");
    dispatch(&web_sys::window().unwrap(), "Event", "offline", "{}");
    dispatch(&web_sys::window().unwrap(), "Event", "online", "{}");
    assert_eq!(javascript("asked.length"), asked);
}

#[wasm_bindgen_test]
async fn a_page_that_starts_offline_asks_when_the_network_comes() {
    let _fetch = Replaced::new("window", "fetch", FETCH);
    javascript(
        "Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false })",
    );
    let (_page, session) = start(config());
    javascript("delete navigator.onLine");
    crate::support::turn().await;
    assert_eq!(javascript("asked.length"), 0);
    assert!(!is_anonymous(session));

    dispatch(&web_sys::window().unwrap(), "Event", "online", "{}");

    until("nobody is logged in", || is_anonymous(session)).await;
    assert_eq!(
        javascript("asked.join()").as_string().as_deref(),
        Some("/api/session")
    );
}

#[wasm_bindgen_test]
async fn an_impossible_socket_address_ends_no_session() {
    let _fetch = Replaced::new("window", "fetch", FETCH);
    for url in ["http://[", "ws://"] {
        let mut config = config();
        url.clone_into(&mut config.socket.url);
        let (_page, session) = start(config);
        until("nobody is logged in", || is_anonymous(session)).await;

        session.log_in(login("user@example.com", "password"));

        until("it waits for the next attempt", || {
            let view = session.view().get_untracked();
            view.user().is_some() && view.connection == ConnectionStatus::Reconnecting
        })
        .await;
        session.shelf().remove_all("");
    }
}

fn start(config: SessionConfig) -> (Page, Session) {
    let session = std::rc::Rc::new(std::cell::Cell::new(None));
    let page = {
        let session = std::rc::Rc::clone(&session);
        Page::mount(move || session.set(Some(provide_session(config))))
    };
    (page, session.get().unwrap())
}

fn is_anonymous(session: Session) -> bool {
    let view = session.view();
    view.with_untracked(|view| matches!(view.phase, Phase::Anonymous { .. }))
}

fn count_timers() -> [Replaced; 2] {
    [
        Replaced::new("window", "setTimeout", COUNTING_SET),
        Replaced::new("window", "clearTimeout", COUNTING_CLEAR),
    ]
}

fn pending() -> u32 {
    let size = javascript("window.pending.size").as_f64().unwrap();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    let size = size as u32;
    size
}
