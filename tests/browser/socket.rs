//! The socket adapter, against a real refused connection and against a scripted `WebSocket`.

use std::rc::Rc;

use leptos_session::platform::socket::{BadAddress, Socket, address};
use session_core::{Input, SocketId};
use session_protocol::{
    ClientMessage, CloseCode, MAX_MESSAGE_BYTES, MessageNames, ServerMessage, WireError,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Errors, Recorder, Replaced,
    javascript::{FAKE_WEB_SOCKET, call, javascript, property},
    until,
};

const ID: SocketId = SocketId(7);

#[wasm_bindgen_test]
async fn a_refused_connection_is_one_abnormal_close() {
    let facts = Recorder::default();
    let url = refused_address();
    let _socket = open(&url, &facts);

    until("the socket closed", || !facts.is_empty()).await;

    let [Input::SocketClosed { socket, code, .. }] = &facts.facts()[..] else {
        panic!("expected one close, found {:?}", facts.facts());
    };
    assert_eq!((*socket, *code), (ID, CloseCode::ABNORMAL));
}

#[wasm_bindgen_test]
async fn a_dropped_socket_reports_nothing() {
    let _errors = Errors::watch();
    let facts = Recorder::default();
    let url = refused_address();
    drop(open(&url, &facts));

    // Another one to the same place, opened later, has failed: so has the dropped one.
    let witness = Recorder::default();
    let _socket = open(&url, &witness);
    until("the later socket closed", || !witness.is_empty()).await;

    assert_eq!(facts.facts(), []);
}

#[wasm_bindgen_test]
fn an_address_that_is_none_is_refused() {
    let bad = Socket::open(ID, "ws://", &[], Rc::default(), |_| ());
    let url = "ws://".to_owned();
    assert_eq!(bad.err(), Some(BadAddress { url }));
}

#[wasm_bindgen_test]
fn facts_come_in_the_order_in_which_the_browser_raised_them() {
    let fake = Fake::new();
    let facts = Recorder::default();
    let _socket = open("ws://fake/", &facts);

    fake.open();
    fake.message(&r#"{"type":"heartbeat_ack"}"#.into());
    fake.message(&r#"{"type":"sessionExpired","reason":"REVOKED"}"#.into());
    fake.close(1008, "REVOKED");

    let message = |message| Input::SocketMessageReceived {
        socket: ID,
        message,
    };
    let reason = session_protocol::EndReason::Revoked;
    let expected = [
        Input::SocketOpened { socket: ID },
        message(ServerMessage::HeartbeatAck),
        message(ServerMessage::SessionExpired { reason }),
        Input::SocketClosed {
            socket: ID,
            code: CloseCode::POLICY_VIOLATION,
            reason: "REVOKED".to_owned(),
        },
    ];
    assert_eq!(facts.facts(), expected);
}

#[wasm_bindgen_test]
fn frames_that_are_no_messages_are_refused_and_named() {
    let fake = Fake::new();
    let facts = Recorder::default();
    let _socket = open("ws://fake/", &facts);
    let length = MAX_MESSAGE_BYTES + 1;

    fake.message(&javascript("new ArrayBuffer(8)"));
    fake.message(&javascript("new Blob(['{}'])"));
    fake.message(&" ".repeat(length).into());
    // Short in UTF-16 units, long in bytes.
    fake.message(&format!("\"{}\"", "€".repeat(MAX_MESSAGE_BYTES / 2)).into());
    fake.message(&r#"{"type":"NO_SUCH_MESSAGE"}"#.into());
    fake.message(&"hello".into());

    let errors: Vec<_> = facts
        .facts()
        .into_iter()
        .map(|fact| {
            let Input::SocketMessageRefused { error, .. } = fact else {
                panic!("expected a refusal, found {fact:?}");
            };
            error.label()
        })
        .collect();
    let expected = [
        WireError::Binary.label(),
        WireError::Binary.label(),
        "too_large",
        "too_large",
        "unknown_type",
        "not_json",
    ];
    assert_eq!(errors, expected);
}

#[wasm_bindgen_test]
fn messages_have_further_names_if_the_deployment_says_so() {
    let fake = Fake::new();
    let facts = Recorder::default();
    let mut names = MessageNames::default();
    names.add("heartbeat_ack", "pong");
    let socket = Socket::open(ID, "ws://fake/", &[], Rc::new(names), facts.sender());

    fake.message(&r#"{"type":"PONG"}"#.into());

    let message = ServerMessage::HeartbeatAck;
    let expected = Input::SocketMessageReceived {
        socket: ID,
        message,
    };
    assert_eq!(facts.facts(), [expected]);
    drop(socket);
}

#[wasm_bindgen_test]
fn handlers_are_detached_and_the_socket_closed_on_drop() {
    let fake = Fake::new();
    let facts = Recorder::default();
    let socket = open("ws://fake/", &facts);

    drop(socket);
    fake.open();
    fake.message(&r#"{"type":"heartbeat_ack"}"#.into());
    fake.close(1000, "");

    assert_eq!(facts.facts(), []);
    for handler in ["onopen", "onmessage", "onclose", "onerror"] {
        assert!(fake.read(handler).is_falsy(), "{handler} is detached");
    }
    assert_eq!(fake.read("closes"), 1);
}

#[wasm_bindgen_test]
fn closing_sends_the_code_once_and_reports_nothing() {
    let fake = Fake::new();
    let facts = Recorder::default();
    let socket = open("ws://fake/", &facts);

    socket.close(CloseCode::UNRESPONSIVE);
    fake.close(1006, "");

    assert_eq!(fake.read("code"), 4000);
    assert_eq!(facts.facts(), []);
}

#[wasm_bindgen_test]
fn messages_and_subprotocols_reach_the_browser() {
    let fake = Fake::new();
    let protocols = ["leptos-session".to_owned(), "bearer.abc".to_owned()];
    let facts = Recorder::default();
    let socket = Socket::open(ID, "ws://fake/", &protocols, Rc::default(), facts.sender());

    socket.unwrap().send(&ClientMessage::Activity);

    assert_eq!(fake.read_text("protocols"), "leptos-session,bearer.abc");
    assert_eq!(fake.read_text("sent"), r#"{"type":"activity"}"#);
}

#[wasm_bindgen_test]
fn sending_on_a_socket_that_closed_is_no_failure() {
    let fake = Fake::new();
    let facts = Recorder::default();
    let socket = open("ws://fake/", &facts);
    call(&fake.socket(), "refuseSending", &[]);

    socket.send(&ClientMessage::Heartbeat);

    assert_eq!(facts.facts(), []);
}

#[wasm_bindgen_test]
fn an_address_is_made_of_paths_and_urls() {
    let host = web_sys::window().unwrap().location().host().unwrap();

    assert_eq!(address("/ws", None), Ok(format!("ws://{host}/ws")));
    assert_eq!(address("live/ws", None), Ok(format!("ws://{host}/live/ws")));
    assert_eq!(
        address("http://a.test:81/ws?x=1", None),
        Ok("ws://a.test:81/ws?x=1".to_owned())
    );
    for secure in ["https://a.test/ws", "wss://a.test/ws"] {
        assert_eq!(address(secure, None), Ok("wss://a.test/ws".to_owned()));
    }
    assert_eq!(
        address("//a.test/ws", None),
        Ok("ws://a.test/ws".to_owned())
    );
    assert!(address("http://[", None).is_err());
}

#[wasm_bindgen_test]
fn a_ticket_arrives_as_it_was_issued() {
    for ticket in ["abc-123_x.y~z", "a+b/c==", "a&b#c d%20ü"] {
        for path in ["ws://a.test/ws", "ws://a.test/ws?x=1"] {
            let url = address(path, Some(ticket)).unwrap();
            let url = web_sys::Url::new(&url).unwrap();
            let arrived = url.search_params().get("ticket");
            assert_eq!(arrived.as_deref(), Some(ticket), "in {path}");
        }
    }
}

fn open(url: &str, facts: &Recorder) -> Socket {
    Socket::open(ID, url, &[], Rc::default(), facts.sender()).unwrap()
}

/// Returns an address of this machine where nobody listens.
fn refused_address() -> String {
    "ws://127.0.0.1:47/".to_owned()
}

/// A `WebSocket` in which the test plays the network.
struct Fake {
    class: JsValue,
    _replaced: Replaced,
}

impl Fake {
    fn new() -> Self {
        let replaced = Replaced::new("window", "WebSocket", FAKE_WEB_SOCKET);
        Self {
            class: javascript("WebSocket"),
            _replaced: replaced,
        }
    }

    fn socket(&self) -> JsValue {
        property(&self.class, "latest")
    }

    fn read(&self, name: &str) -> JsValue {
        property(&self.socket(), name)
    }

    fn read_text(&self, name: &str) -> String {
        call(&self.read(name), "toString", &[]).as_string().unwrap()
    }

    fn raise(&self, handler: &str, event: &JsValue) {
        call(&self.socket(), "raise", &[handler.into(), event.clone()]);
    }

    fn open(&self) {
        self.raise("onopen", &javascript("new Event('open')"));
    }

    fn message(&self, data: &JsValue) {
        call(&self.socket(), "deliver", std::slice::from_ref(data));
    }

    fn close(&self, code: u16, reason: &str) {
        let event = format!("new CloseEvent('close', {{ code: {code}, reason: '{reason}' }})");
        self.raise("onclose", &javascript(&event));
    }
}
