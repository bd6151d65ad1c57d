//! The real platform below a driver: one of each thing, and nothing left when the page goes.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::*;
use leptos_session::{
    Session, provide_session,
    service::{BrowserPlatform, Platform as _},
};
use session_core::{ConnectionStatus, Phase, SocketId};
use session_protocol::{CloseCode, SessionConfig};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Page, Replaced, Shadowed, World, javascript,
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
const FETCH: &str = "window.asked = [], window.active = false, async (request) => {
    const path = new URL(request.url).pathname;
    window.asked.push(path);
    window.active ||= path === '/api/auth/login';
    const session = { active: true, id: 's', user: { id: 'u', email: 'user@example.com' },
        idleRemainingSeconds: 1800, absoluteRemainingSeconds: 86400 };
    const bodies = {
        '/api/session': window.active ? session : { active: false },
        '/api/auth/login': { accessToken: 'secret', expiresIn: 300, session },
        '/api/auth/refresh': { accessToken: 'secret', expiresIn: 300, session },
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
    let hidden = Shadowed::new("document", "visibilityState", "'hidden'");
    platform.arm(month, world.stage.facts());
    drop(hidden);

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
    go_live(1).await;
    until("the socket is live", || is_live(session)).await;
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
async fn tabs_share_where_they_can_tell_and_exclude_each_other() {
    let world = World::anonymous(|| ()).await;
    for missing in 0..8 {
        let lacks = |bit: u32| missing & bit != 0;
        let _without = (
            lacks(1).then(|| Replaced::new("window", "BroadcastChannel", "undefined")),
            lacks(2).then(|| Shadowed::new("navigator", "locks", "undefined")),
            lacks(4).then(|| Shadowed::new("window", "localStorage", "undefined")),
        );
        let platform = BrowserPlatform::new(&config());
        assert!(!platform.locks());

        platform.watch(world.stage.facts());

        let all_but_storage = !lacks(1) && !lacks(2);
        assert_eq!(
            platform.locks(),
            all_but_storage || !lacks(4),
            "{missing:03b}"
        );
    }
}

#[wasm_bindgen_test]
async fn two_pages_share_one_socket_by_locks_of_the_browser() {
    two_pages_share_one_socket().await;
}

#[wasm_bindgen_test]
async fn two_pages_share_one_socket_by_leases() {
    let _without = Shadowed::new("navigator", "locks", "undefined");
    two_pages_share_one_socket().await;
}

async fn two_pages_share_one_socket() {
    let (_fetch, _sockets) = (
        Replaced::new("window", "fetch", FETCH),
        Replaced::new("window", "WebSocket", FAKE_WEB_SOCKET),
    );
    let config = config();
    let (mut first, leader) = start(config.clone());
    until("nobody is logged in", || is_anonymous(leader)).await;
    leader.log_in(login("user@example.com", "password"));
    go_live(1).await;
    until("the first is live", || is_live(leader)).await;

    let (_second, follower) = start(config);
    until("the second is live", || is_live(follower)).await;
    assert_eq!(opened(), 1, "one socket");
    let seen = Rc::new(RefCell::new(Vec::new()));
    let _subscription = {
        let seen = Rc::clone(&seen);
        follower.on_update("load", move |update| seen.borrow_mut().push(update.seq))
    };
    until("the topic is subscribed", || {
        javascript("WebSocket.latest.sent.some((text) => text.includes('subscribe'))") == true
    })
    .await;
    update(7);
    until("the update was passed on", || *seen.borrow() == [7]).await;

    first.unmount();

    go_live(2).await;
    update(8);
    until("the next update came", || *seen.borrow() == [7, 8]).await;
    assert!(is_live(follower));
    follower.shelf().remove_all("");
}

#[wasm_bindgen_test]
async fn a_page_that_starts_offline_asks_when_the_network_comes() {
    let _fetch = Replaced::new("window", "fetch", FETCH);
    let offline = Shadowed::new("navigator", "onLine", "false");
    let (_page, session) = start(config());
    drop(offline);
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
    for url in ["http://[", "ws://"] {
        let _fetch = Replaced::new("window", "fetch", FETCH);
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
    let session = Rc::new(Cell::new(None));
    let page = {
        let session = Rc::clone(&session);
        Page::mount(move || session.set(Some(provide_session(config))))
    };
    (page, session.get().unwrap())
}

/// Answers on the socket of this number, once it is opened.
async fn go_live(number: u32) {
    until("a socket is opened", || opened() == number).await;
    javascript("WebSocket.latest.raise('onopen', new Event('open'))");
    javascript(r#"WebSocket.latest.deliver('{"type":"auth_ok","expiresIn":300}')"#);
}

fn opened() -> u32 {
    count("WebSocket.count ?? 0")
}

fn update(seq: u64) {
    let message = format!(r#"{{"type":"DATA_UPDATE","topic":"load","seq":{seq},"payload":1}}"#);
    javascript(&format!("WebSocket.latest.deliver('{message}')"));
}

fn is_live(session: Session) -> bool {
    let view = session.view();
    view.with_untracked(|view| view.connection == ConnectionStatus::Live)
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
    count("window.pending.size")
}

fn count(expression: &str) -> u32 {
    let size = javascript(expression).as_f64().unwrap();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    let size = size as u32;
    size
}
