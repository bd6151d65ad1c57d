//! The channel between tabs: real `BroadcastChannel`s in one page, and storage shared with a frame.

use leptos_session::platform::{broadcast::Broadcast, storage::Shelf};
use session_core::Input;
use session_protocol::{TabNotice, TabNoticeKind};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::BroadcastChannel;

use crate::support::{Errors, Neighbour, Recorder, Replaced, javascript, until};

const KEY: &str = "leptos-session.stored.notice";
const FULL: &str = "() => { throw new DOMException('full', 'QuotaExceededError'); }";

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
async fn a_tab_hears_its_own_question_and_what_it_sends_comes_in_order() {
    let (mine, theirs) = (Recorder::default(), Recorder::default());
    let me = open("questions", &mine);
    let _them = open("questions", &theirs);
    let notices = [notice(1), question(2), notice(3), question(4), notice(5)];

    for notice in &notices {
        me.post(notice);
    }

    until("all arrived", || theirs.len() == 5).await;
    assert_eq!(theirs.facts(), notices.map(Input::TabNoticeReceived));
    let own = [question(2), question(4)].map(Input::TabNoticeReceived);
    until("the questions came back", || mine.len() == 2).await;
    assert_eq!(mine.facts(), own);
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
    let stranger = BroadcastChannel::new("leptos-session.strangers").unwrap();

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

#[wasm_bindgen_test]
async fn notices_go_through_storage_where_there_is_no_channel() {
    let _none = Replaced::new("window", "BroadcastChannel", "undefined");
    let facts = Recorder::default();
    let me = open("stored", &facts);
    let other = Neighbour::open();
    let heard = other.listen(KEY);

    // What others write.
    for text in [&*notice(1).encode(), "hello"] {
        other.write(KEY, text);
        other.write("leptos-session.stored.presence", text);
    }
    until("both arrived", || facts.len() == 2).await;
    let [first, second] = &facts.take()[..] else {
        panic!("expected two facts");
    };
    assert_eq!(*first, Input::TabNoticeReceived(notice(1)));
    assert!(matches!(second, Input::TabNoticeRefused(_)));

    // What this tab writes; its question comes back, since it could be written.
    me.post(&notice(2));
    me.post(&question(3));
    until("the frame heard it", || heard().len() == 2).await;
    assert_eq!(heard(), [notice(2).encode(), question(3).encode()]);
    assert_eq!(facts.take(), [Input::TabNoticeReceived(question(3))]);
    assert_eq!(Shelf::new("stored").read("notice"), None, "nothing stays");

    {
        let _full = Replaced::new("Storage.prototype", "setItem", FULL);
        me.post(&question(4));
        me.post(&notice(5));
    }
    let unsent = Input::TabNoticeUnsent;
    assert_eq!(facts.take(), [unsent.clone(), unsent]);
    drop(me);
    other.write(KEY, &notice(6).encode());
    other.write("leptos-session.stored.presence", "");
    assert!(facts.is_empty());
}

#[wasm_bindgen_test]
fn without_channel_and_storage_there_is_nothing() {
    let _none = Replaced::new("window", "BroadcastChannel", "undefined");
    let _full = Replaced::new("Storage.prototype", "setItem", FULL);
    assert!(Broadcast::open("nothing", &Recorder::default().sink()).is_none());
}

fn open(scope: &str, facts: &Recorder) -> Broadcast {
    Broadcast::open(scope, &facts.sink()).unwrap()
}

fn question(seq: u64) -> TabNotice {
    let kind = TabNoticeKind::Asking {
        visible: true,
        candidate: true,
    };
    TabNotice {
        kind,
        ..notice(seq)
    }
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
