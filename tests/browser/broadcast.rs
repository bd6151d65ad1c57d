//! The channel between tabs: two real `BroadcastChannel`s in one page.

use leptos_session::platform::broadcast::Broadcast;
use session_core::Input;
use session_protocol::{TabNotice, TabNoticeKind};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::BroadcastChannel;

use crate::support::{Errors, Recorder, javascript, until};

#[wasm_bindgen_test]
async fn a_notice_reaches_the_others_and_not_its_sender() {
    let (mine, theirs) = (Recorder::default(), Recorder::default());
    let me = open("notices", &mine);
    let _them = open("notices", &theirs);

    me.post(&notice(1));
    me.post(&notice(2));

    until("both arrived", || theirs.len() == 2).await;
    let expected = [1, 2].map(|seq| Input::TabNoticeReceived(notice(seq)));
    assert_eq!(theirs.facts(), expected);
    assert!(mine.is_empty());
}

#[wasm_bindgen_test]
async fn channels_of_other_names_hear_nothing() {
    let (ours, others) = (Recorder::default(), Recorder::default());
    let me = open("scope-a", &Recorder::default());
    let _ours = open("scope-a", &ours);
    let _others = open("scope-b", &others);

    me.post(&notice(1));

    until("ours heard it", || !ours.is_empty()).await;
    assert!(others.is_empty());
}

#[wasm_bindgen_test]
async fn a_dropped_channel_hears_nothing() {
    let _errors = Errors::watch();
    let (gone, witness) = (Recorder::default(), Recorder::default());
    let me = open("dropped", &Recorder::default());
    let dropped = open("dropped", &gone);
    let _witness = open("dropped", &witness);

    // One that is already under way, and one that is sent after.
    me.post(&notice(1));
    drop(dropped);
    me.post(&notice(2));

    until("the witness heard both", || witness.len() == 2).await;
    assert!(gone.is_empty());
}

#[wasm_bindgen_test]
async fn what_is_no_notice_is_refused_and_named() {
    let facts = Recorder::default();
    let _channel = open("strangers", &facts);
    let stranger = BroadcastChannel::new("strangers").unwrap();

    let messages = [
        javascript("({ type: 'logged_out' })"),
        JsValue::from(42),
        JsValue::NULL,
        JsValue::from("hello"),
        JsValue::from("[]"),
        JsValue::from(r#"{"type":"dance"}"#),
        JsValue::from(r#"{"type":"expired"}"#),
    ];
    let count = messages.len();
    for message in messages {
        stranger.post_message(&message).unwrap();
    }
    stranger.post_message(&notice(1).encode().into()).unwrap();

    until("all arrived", || facts.len() == count + 1).await;
    stranger.close();
    let mut facts = facts.facts();
    assert_eq!(facts.pop(), Some(Input::TabNoticeReceived(notice(1))));
    let labels: Vec<_> = facts
        .into_iter()
        .map(|fact| {
            let Input::TabNoticeRefused(error) = fact else {
                panic!("expected a refusal, found {fact:?}");
            };
            error.label()
        })
        .collect();
    let expected = [
        "not_an_object",
        "not_an_object",
        "not_an_object",
        "not_json",
        "not_an_object",
        "unknown_type",
        "missing_field",
    ];
    assert_eq!(labels, expected);
}

fn open(name: &str, facts: &Recorder) -> Broadcast {
    Broadcast::open(name, facts.sender()).unwrap()
}

fn notice(seq: u64) -> TabNotice {
    TabNotice {
        kind: TabNoticeKind::LoggedOut,
        epoch: 3,
        session: "5e55".to_owned(),
        sender: "tab".to_owned(),
        seq,
    }
}
