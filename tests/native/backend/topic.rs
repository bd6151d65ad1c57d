//! The topic `system`: real numbers, no gap, nothing twice.

use serde_json::{Value, json};

use crate::support::{Socket, World, eventually};

async fn subscribe(socket: &mut Socket, after: Option<u64>) {
    let mut message = json!({ "type": "subscribe", "topic": "system" });
    if let Some(after) = after {
        message["after"] = after.into();
    }
    socket.send(message).await;
}

async fn update(socket: &mut Socket) -> (u64, Value) {
    let update = socket.expect("DATA_UPDATE").await;
    assert_eq!(update["topic"], "system");
    (update["seq"].as_u64().unwrap(), update["payload"].clone())
}

#[tokio::test]
async fn a_subscriber_that_returns_misses_nothing_and_gets_nothing_twice() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    subscribe(&mut socket, None).await;
    let (first, _) = update(&mut socket).await;
    let (second, _) = update(&mut socket).await;
    assert_eq!(second, first + 1);
    drop(socket);
    let mut other = Socket::enter(&browser).await;
    subscribe(&mut other, None).await;
    while update(&mut other).await.0 < second + 1 {}
    let mut returned = Socket::enter(&browser).await;
    subscribe(&mut returned, Some(first)).await;
    for expected in second..second + 3 {
        assert_eq!(update(&mut returned).await.0, expected);
    }
}

#[tokio::test]
async fn a_new_subscriber_gets_what_is_kept_and_a_second_subscription_changes_nothing() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut witness = Socket::enter(&browser).await;
    subscribe(&mut witness, None).await;
    let (first, _) = update(&mut witness).await;
    update(&mut witness).await;
    let mut socket = Socket::enter(&browser).await;
    subscribe(&mut socket, None).await;
    subscribe(&mut socket, None).await;
    for expected in first..first + 3 {
        assert_eq!(update(&mut socket).await.0, expected);
    }
}

#[tokio::test]
async fn the_numbers_are_measured() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    subscribe(&mut socket, None).await;
    update(&mut socket).await;
    let (_, payload) = update(&mut socket).await;
    assert_eq!(payload["openSockets"], 1, "{payload}");
    assert_eq!(payload["activeSessions"], 1, "{payload}");
    for field in ["cpu", "processCpu"] {
        let share = payload[field].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&share), "{field}: {payload}");
    }
    let memory = |field: &str| payload[field].as_u64().unwrap();
    assert!(memory("processMemoryBytes") > 1_000_000);
    assert!(memory("memoryUsedBytes") < memory("memoryTotalBytes"));
    for field in [
        "load1",
        "load5",
        "load15",
        "networkReceivedBytesPerSecond",
        "networkSentBytesPerSecond",
        "requestsPerSecond",
        "refreshesPerSecond",
        "refreshesTotal",
    ] {
        assert!(payload[field].as_f64().is_some(), "{field}: {payload}");
    }
}

#[tokio::test]
async fn an_unknown_topic_is_refused_and_an_unsubscribed_one_is_silent() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut socket = Socket::enter(&browser).await;
    socket
        .send(json!({ "type": "subscribe", "topic": "weather" }))
        .await;
    assert_eq!(socket.expect("error").await["code"], "unknown_topic");
    subscribe(&mut socket, None).await;
    update(&mut socket).await;
    socket
        .send(json!({ "type": "unsubscribe", "topic": "system" }))
        .await;
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.until("heartbeat_ack").await;
    let mut witness = Socket::enter(&browser).await;
    subscribe(&mut witness, None).await;
    let (kept, _) = update(&mut witness).await;
    while update(&mut witness).await.0 < kept + 2 {}
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.expect("heartbeat_ack").await;
}

#[tokio::test]
async fn open_sockets_are_counted_until_they_close() {
    let world = World::start().await;
    let browser = world.user().await;
    let socket = Socket::enter(&browser).await;
    let count = |number: usize| {
        let mut browser = world.browser();
        let line = format!("session_backend_open_sockets {number}\n");
        async move { browser.get("/metrics").await.text.contains(&line) }
    };
    eventually("one socket is open", || count(1)).await;
    drop(socket);
    eventually("no socket is open", || count(0)).await;
}
