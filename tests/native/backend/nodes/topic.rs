//! The topic `system` is one on all servers.

use serde_json::{Value, json};

use crate::support::{Nodes, Socket};

async fn subscribe(socket: &mut Socket, after: Option<u64>) {
    let mut message = json!({ "type": "subscribe", "topic": "system" });
    if let Some(after) = after {
        message["after"] = after.into();
    }
    socket.send(message).await;
}

async fn update(socket: &mut Socket) -> (u64, Value) {
    let update = socket.until("DATA_UPDATE").await;
    (update["seq"].as_u64().unwrap(), update["payload"].clone())
}

#[tokio::test]
async fn both_servers_tell_the_same_updates_and_count_all_sockets() {
    let nodes = Nodes::start().await;
    let browser = nodes.user(0).await;
    let mut here = nodes.socket(&browser, 0).await;
    let mut there = nodes.socket(&browser, 1).await;
    subscribe(&mut here, None).await;
    let (first, _) = update(&mut here).await;
    subscribe(&mut there, Some(first)).await;
    for expected in first + 1..first + 4 {
        let (seq, payload) = update(&mut here).await;
        assert_eq!((seq, payload), update(&mut there).await);
        assert_eq!(seq, expected);
    }
    let mut sockets = 0;
    while sockets < 2 {
        let (_, payload) = update(&mut there).await;
        sockets = payload["openSockets"].as_u64().unwrap();
        assert!(sockets <= 2, "{payload}");
    }
}

#[tokio::test]
async fn updates_go_on_without_a_gap_when_a_server_is_gone_and_a_new_one_knows_the_last_ones() {
    let mut nodes = Nodes::start().await;
    let browser = nodes.user(1).await;
    for killed in [0, 1] {
        let other = 1 - killed;
        let mut socket = nodes.socket(&browser, other).await;
        subscribe(&mut socket, None).await;
        let (mut last, _) = update(&mut socket).await;
        let first = last;
        nodes.kill(killed);
        for _ in 0..3 {
            let (seq, _) = update(&mut socket).await;
            assert_eq!(seq, last + 1);
            last = seq;
        }
        nodes.revive(killed).await;
        let mut returned = nodes.socket(&browser, killed).await;
        subscribe(&mut returned, Some(first)).await;
        for expected in first + 1..last + 2 {
            assert_eq!(update(&mut returned).await.0, expected);
        }
    }
}
