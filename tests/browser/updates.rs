//! Application messages: none lost, in order, and one signal write a frame.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::*;
use leptos_session::{Subscription, use_session};
use session_protocol::{ClientMessage, ServerMessage};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{World, frame, tick};

#[wasm_bindgen_test]
async fn each_update_reaches_each_handler_of_its_topic_in_order() {
    let world = World::logged_in(|| ()).await;
    let seen = Rc::new(RefCell::new(Vec::new()));
    let record = |who: &'static str| {
        let seen = Rc::clone(&seen);
        world.session.on_update("load", move |update| {
            seen.borrow_mut().push((who, update.seq));
        })
    };
    let _subscriptions = [record("first"), record("second")];

    for seq in 1..=500 {
        world.stage.deliver_now(update("load", seq));
        world.stage.deliver_now(update("other", seq));
    }

    let expected: Vec<_> = (1..=500)
        .flat_map(|seq| [("first", seq), ("second", seq)])
        .collect();
    assert_eq!(*seen.borrow(), expected);
}

#[wasm_bindgen_test]
async fn a_topic_is_subscribed_by_the_first_and_unsubscribed_by_the_last() {
    let world = World::logged_in(|| ()).await;

    let first = world.session.on_update("load", |_| ());
    let second = world.session.on_update("load", |_| ());
    drop(first);
    assert_eq!(topics(&world), ["subscribe load"]);

    drop(second);
    assert_eq!(topics(&world), ["subscribe load", "unsubscribe load"]);
}

#[wasm_bindgen_test]
async fn a_handler_may_drop_its_own_subscription() {
    let world = World::logged_in(|| ()).await;
    let calls = Rc::new(Cell::new(0));
    let subscription = Rc::new(RefCell::new(None::<Subscription>));
    let own = {
        let (calls, subscription) = (Rc::clone(&calls), Rc::clone(&subscription));
        world.session.on_update("load", move |_| {
            calls.set(calls.get() + 1);
            subscription.take();
        })
    };
    *subscription.borrow_mut() = Some(own);

    world.stage.deliver(update("load", 1)).await;
    world.stage.deliver(update("load", 2)).await;

    assert_eq!(calls.get(), 1);
}

#[wasm_bindgen_test]
async fn a_handler_may_own_another_subscription() {
    let world = World::logged_in(|| ()).await;
    let inner = world.session.on_update("inner", |_| ());
    let outer = world.session.on_update("outer", move |_| {
        let _kept = &inner;
    });

    drop(outer);

    let expected = [
        "subscribe inner",
        "subscribe outer",
        "unsubscribe outer",
        "unsubscribe inner",
    ];
    let mut found = topics(&world);
    found[2..].sort_by(|a, b| b.cmp(a));
    assert_eq!(found, expected);
}

#[wasm_bindgen_test]
async fn a_live_signal_is_written_once_a_frame() {
    let written = Rc::new(RefCell::new(Vec::new()));
    let world = {
        let written = Rc::clone(&written);
        World::logged_in(move || {
            let sum = use_session().live("load", 0, |sum, update| *sum += update.seq);
            Effect::new(move |_| written.borrow_mut().push(sum.get()));
        })
        .await
    };

    for seq in 1..=100 {
        world.stage.deliver_now(update("load", seq));
    }
    tick().await;
    assert_eq!(
        *written.borrow(),
        [0],
        "nothing is written before the frame"
    );
    frame().await;
    assert_eq!(*written.borrow(), [0, 5050]);

    world.stage.deliver(update("load", 101)).await;
    frame().await;
    assert_eq!(
        *written.borrow(),
        [0, 5050, 5151],
        "the next frame is another"
    );
}

#[wasm_bindgen_test]
async fn a_live_signal_ends_with_the_component_that_made_it() {
    let shown = ArcRwSignal::new(true);
    let world = {
        let shown = shown.clone();
        World::logged_in(move || {
            view! { <Show when=move || shown.get()><Live /></Show> }
        })
        .await
    };
    world.stage.deliver_now(update("load", 1));

    // The frame of the update is still to come when the component goes.
    shown.set(false);
    tick().await;
    frame().await;

    assert_eq!(topics(&world), ["subscribe load", "unsubscribe load"]);
}

#[component]
fn Live() -> impl IntoView {
    let count = use_session().live("load", 0, |count, _| *count += 1);
    view! { <p>{count}</p> }
}

/// Makes an update without content.
pub fn update(topic: &str, seq: u64) -> ServerMessage {
    ServerMessage::DataUpdate {
        topic: topic.to_owned(),
        seq,
        payload: session_protocol::Value::Null,
    }
}

/// Returns what the client told the server about topics.
fn topics(world: &World) -> Vec<String> {
    let sent = world.stage.socket().sent;
    let told = sent.iter().filter_map(|message| match message {
        ClientMessage::Subscribe { topic, .. } => Some(format!("subscribe {topic}")),
        ClientMessage::Unsubscribe { topic } => Some(format!("unsubscribe {topic}")),
        ClientMessage::Auth { .. }
        | ClientMessage::AuthRefresh { .. }
        | ClientMessage::Activity
        | ClientMessage::Heartbeat => None,
    });
    told.collect()
}
