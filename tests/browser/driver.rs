//! The driver on the scripted platform: inputs in order, one timer, views on change only.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::*;
use leptos_session::platform::storage::Shelf;
use session_core::{Command, ConnectionStatus, HttpFailure, Input, LockName, Phase};
use session_protocol::{EndReason, ServerMessage, SessionConfig, config::SocketAuth};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Replaced, Stage, World,
    backend::{no_content, refused},
    stage::Reply,
    tick,
    world::{EMAIL, config, login},
};

#[wasm_bindgen_test]
async fn an_input_that_comes_while_another_is_handled_waits() {
    let world = World::logged_in(|| ()).await;
    let log = Rc::new(RefCell::new(Vec::new()));
    let _subscription = {
        let (log, stage) = (Rc::clone(&log), world.stage.clone());
        world.session.on_update("load", move |update| {
            log.borrow_mut().push(format!("{} begins", update.seq));
            if update.seq == 1 {
                stage.deliver_now(super::updates::update("load", 2));
            }
            log.borrow_mut().push(format!("{} ends", update.seq));
        })
    };

    world.stage.deliver(super::updates::update("load", 1)).await;

    let expected = ["1 begins", "1 ends", "2 begins", "2 ends"];
    assert_eq!(*log.borrow(), expected);
}

#[wasm_bindgen_test]
async fn a_handler_may_command_the_session() {
    let world = World::logged_in(|| ()).await;
    let session = world.session;
    let _subscription = session.on_update("load", move |_| session.command(Command::LogOut));

    world.stage.deliver(super::updates::update("load", 1)).await;

    assert!(matches!(world.phase(), Phase::Anonymous { .. }));
    let [logout] = &world.stage.calls("/api/auth/logout")[..] else {
        panic!("expected one logout");
    };
    assert!(logout.outlives_page, "the tab may be closed at once");
}

#[wasm_bindgen_test]
async fn the_view_is_published_only_when_it_changes() {
    let world = World::logged_in(|| ()).await;
    let runs = Rc::new(Cell::new(0));
    let _effect = {
        let (runs, view) = (Rc::clone(&runs), world.session.view());
        Effect::new(move |_| {
            view.track();
            runs.set(runs.get() + 1);
        })
    };
    tick().await;
    assert_eq!(runs.get(), 1);

    for seq in 1..50 {
        world
            .stage
            .deliver(super::updates::update("load", seq))
            .await;
        world.stage.deliver(ServerMessage::HeartbeatAck).await;
        world.stage.fact(Input::UserWasActive);
        tick().await;
    }
    assert_eq!(runs.get(), 1, "nothing that a person could notice changed");

    // The wait before the next attempt may be drawn as zero, and then it must not succeed at once.
    world.stage.silence_sockets();
    world.stage.close(1012, "").await;
    assert_eq!(runs.get(), 2, "the badge changed");
}

#[wasm_bindgen_test]
async fn the_armed_deadline_follows_the_session() {
    let world = World::anonymous(|| ()).await;
    assert_eq!(
        world.stage.armed(),
        None,
        "nothing is due without a session"
    );

    world.log_in().await;
    let due = world.stage.armed().unwrap();
    assert!(
        due <= Duration::from_secs(25),
        "a heartbeat is due, found {due:?}"
    );

    world.session.command(Command::LogOut);
    tick().await;
    assert_eq!(world.stage.armed(), None);
}

#[wasm_bindgen_test]
async fn a_session_stays_alive_for_hours_on_its_own() {
    let world = World::logged_in(|| ()).await;

    world.stage.advance(Duration::from_secs(2 * 3600)).await;

    assert!(matches!(world.phase(), Phase::Active { .. }));
    assert_eq!(
        world.stage.sockets().len(),
        1,
        "the socket was never replaced"
    );
    let refreshes = world.stage.calls("/api/auth/refresh").len();
    assert!((24..=36).contains(&refreshes), "found {refreshes}");
    let view = world.session.view().get_untracked();
    assert_eq!(view.connection, ConnectionStatus::Live);
}

#[wasm_bindgen_test]
async fn a_thousand_expiry_signals_are_one_expiry() {
    let world = World::logged_in(|| ()).await;
    let cleared = Rc::new(RefCell::new(Vec::new()));
    {
        let cleared = Rc::clone(&cleared);
        world
            .session
            .on_clear(move |reason| cleared.borrow_mut().push(reason));
    }
    let notices = world.stage.notices().len();

    for _ in 0..1000 {
        world.stage.deliver_now(ServerMessage::SessionExpired {
            reason: EndReason::Revoked,
        });
    }
    world.stage.close(1008, "REVOKED").await;

    assert_eq!(*cleared.borrow(), [EndReason::Revoked]);
    assert_eq!(world.stage.notices().len(), notices + 1);
    assert_eq!(world.stage.sockets().len(), 1);
    assert_eq!(world.stage.armed(), None);
}

#[wasm_bindgen_test]
async fn a_hook_may_register_a_hook_and_command_the_session() {
    let world = World::logged_in(|| ()).await;
    let session = world.session;
    let runs = Rc::new(Cell::new(0));
    {
        let runs = Rc::clone(&runs);
        session.on_clear(move |_| {
            session.on_clear(|_| ());
            session.command(Command::Leave);
            runs.set(runs.get() + 1);
        });
    }

    world.expire(EndReason::Revoked).await;

    assert_eq!(runs.get(), 1);
    assert!(matches!(world.phase(), Phase::Anonymous { .. }));
}

#[wasm_bindgen_test]
async fn nothing_happens_after_the_page_is_gone() {
    let mut world = World::logged_in(|| ()).await;
    world.stage.next("/api/auth/refresh", Reply::Held);
    let facts = world.stage.facts();
    let calls = world.stage.recorded().len();

    world.page().unmount();
    facts.send(Input::DeadlineReached);
    facts.send(Input::PageShown { persisted: true });
    world.stage.advance(Duration::from_secs(3600)).await;

    assert_eq!(world.stage.recorded().len(), calls);
}

#[wasm_bindgen_test]
async fn a_tab_that_can_share_opens_no_socket_before_it_has_the_lock() {
    let world = World::on(Stage::with_locks(), config(), || ()).await;
    world.log_in().await;
    let requests = world.stage.lock_requests();
    let [request] = requests[..] else {
        panic!("expected one request, found {requests:?}");
    };
    assert_eq!((request.name, request.steal), (LockName::Leader, false));
    assert!(world.stage.sockets().is_empty());

    let lock = request.lock;
    world.stage.fact(Input::LockGranted { lock });
    tick().await;

    assert_eq!(world.stage.sockets().len(), 1);
    assert!(world.stage.released_locks().is_empty());
    world.session.command(Command::LogOut);
    tick().await;
    assert_eq!(world.stage.released_locks(), [lock]);
}

#[wasm_bindgen_test]
async fn presence_saves_questions_after_a_reload() {
    let config = config();
    {
        let world = World::on(Stage::default(), config.clone(), || ()).await;
        assert_eq!(
            world.stage.calls("/api/session").len(),
            1,
            "nothing is known"
        );
        world.log_in().await;
        assert_eq!(world.shelf().read("presence").as_deref(), Some("present"));
    }

    for (remembered, refreshes, questions) in [("present", 1, 0), ("logged-out session-1", 0, 0)] {
        Shelf::new(&config.scope)
            .write("presence", remembered)
            .unwrap();
        let world = World::on(Stage::default(), config.clone(), || ()).await;
        let asked = |url: &str| world.stage.calls(url).len();
        assert_eq!(asked("/api/auth/refresh"), refreshes, "{remembered}");
        assert_eq!(asked("/api/session"), questions, "{remembered}");
        assert!(matches!(world.phase(), Phase::Anonymous { .. }));
    }
}

#[wasm_bindgen_test]
async fn a_logout_without_a_network_is_delivered_before_anything_else() {
    let config = config();
    {
        let world = World::on(Stage::default(), config.clone(), || ()).await;
        world.log_in().await;
        world.stage.fact(Input::WentOffline);
        let calls = world.stage.recorded().len();

        world.session.command(Command::LogOut);
        tick().await;

        assert!(matches!(world.phase(), Phase::Anonymous { .. }));
        assert_eq!(world.stage.recorded().len(), calls, "there is no network");
        let kept = world.shelf().read("presence");
        assert_eq!(kept.as_deref(), Some("logout-pending session-1"));
    }
    let shelf = Shelf::new(&config.scope);
    shelf.write("presence", "logout-pending session-1").unwrap();

    // The next page: the server is silent, fails, and takes the logout in at last.
    let stage = Stage::default();
    *stage.backend().user.borrow_mut() = Some(session_protocol::User::default());
    let logout = "/api/auth/logout";
    stage.next(logout, Reply::Now(Err(HttpFailure::Unreachable)));
    stage.next(logout, Reply::Now(refused(503, "")));
    let world = World::on(stage, config, || ()).await;
    assert!(matches!(world.phase(), Phase::Anonymous { .. }));
    world.stage.advance(Duration::from_secs(120)).await;

    let recorded = world.stage.recorded();
    let calls = recorded.iter().map(|it| it.call.url.as_str());
    assert_eq!(calls.collect::<Vec<_>>(), [logout; 3], "nothing else");
    let body = recorded[0].call.body.clone().unwrap();
    assert_eq!(body, r#"{"session":"session-1"}"#);
    assert!(recorded[0].call.token.is_none(), "the cookie says who asks");
    let kept = shelf.read("presence");
    assert_eq!(kept.as_deref(), Some("logged-out session-1"));
}

#[wasm_bindgen_test]
async fn a_page_that_slept_finds_what_is_remembered() {
    let world = World::logged_in(|| ()).await;
    let calls = world.stage.recorded().len();

    for (remembered, lives) in [
        ("present", true),
        ("logged-out ", true),
        ("logged-out session-9", true),
        ("logged-out session-1", false),
    ] {
        world.shelf().write("presence", remembered).unwrap();
        world.stage.fact(Input::PageFocused);
        tick().await;
        let active = matches!(world.phase(), Phase::Active { .. });
        assert_eq!(active, lives, "{remembered}");
    }

    assert_eq!(world.stage.recorded().len(), calls, "nobody was asked");
}

#[wasm_bindgen_test]
async fn what_the_browser_cannot_remember_says_nothing_else_in_its_place() {
    let world = World::logged_in(|| ()).await;
    assert_eq!(world.shelf().read("presence").as_deref(), Some("present"));
    let throwing = "() => { throw new DOMException('full', 'QuotaExceededError'); }";
    let _full = Replaced::new("Storage.prototype", "setItem", throwing);

    world.session.command(Command::LogOut);
    tick().await;

    assert_eq!(world.shelf().read("presence"), None);
}

#[wasm_bindgen_test]
async fn a_late_answer_to_a_logout_forgets_no_login_of_another_tab() {
    let world = World::logged_in(|| ()).await;
    let logout = "/api/auth/logout";
    world.stage.next(logout, Reply::Held);
    world.session.command(Command::LogOut);
    tick().await;
    let presence = || world.shelf().read("presence");
    assert_eq!(presence().as_deref(), Some("logout-pending session-1"));

    world.shelf().write("presence", "present").unwrap();
    world.stage.release(logout, no_content()).await;

    assert_eq!(presence().as_deref(), Some("present"));
}

#[wasm_bindgen_test]
async fn presence_tells_a_logout_from_an_expiry() {
    let world = World::logged_in(|| ()).await;
    world.expire(EndReason::SessionTimeout).await;
    assert_eq!(world.shelf().read("presence"), None);

    world.session.log_in(login(EMAIL, "password"));
    tick().await;
    world
        .shelf()
        .write("presence", "logged-out session-9")
        .unwrap();
    world.expire(EndReason::NoSession).await;
    let kept = world.shelf().read("presence");
    let theirs = Some("logged-out session-9");
    assert_eq!(kept.as_deref(), theirs, "another tab's logout");

    world.session.log_in(login(EMAIL, "password"));
    tick().await;
    world.session.command(Command::LogOut);
    tick().await;
    assert_eq!(
        world.shelf().read("presence").as_deref(),
        Some("logged-out session-3")
    );
}

#[wasm_bindgen_test]
async fn a_socket_proves_who_it_is_in_each_configured_way() {
    let host = web_sys::window().unwrap().location().host().unwrap();
    for (auth, url, protocols, messages) in [
        (SocketAuth::FirstMessage, "/ws", &[][..], 1),
        (SocketAuth::Cookie, "/ws", &[], 0),
        (SocketAuth::Ticket, "/ws?ticket=ticket%2F1%2B2", &[], 0),
        (
            SocketAuth::Subprotocol,
            "/ws",
            &["leptos-session", "bearer.token-1"],
            0,
        ),
    ] {
        let mut config: SessionConfig = config();
        config.socket.auth = auth;
        let world = World::on(Stage::default(), config, || ()).await;
        world.log_in().await;

        let socket = world.stage.socket();
        assert_eq!(socket.url, format!("ws://{host}{url}"));
        assert_eq!(socket.protocols, protocols);
        let is_auth = |name| name == "auth";
        let sent = socket
            .sent
            .iter()
            .map(session_protocol::ClientMessage::name);
        assert_eq!(sent.filter(|name| is_auth(*name)).count(), messages);
        assert!(!socket.url.contains("token-"), "a token in {}", socket.url);
        let view = world.session.view().get_untracked();
        assert_eq!(view.connection, ConnectionStatus::Live, "{auth:?}");
    }
}
