//! Too many sockets, and readers that do not read: each costs itself only.

use std::{num::NonZeroU32, time::Duration};

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{client_async, tungstenite};

use crate::support::{Browser, Heard, Socket, World, eventually};

async fn is_open(socket: &mut Socket) -> bool {
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.next().await == Heard::Message(json!({ "type": "heartbeat_ack" }))
}

fn replaced() -> Heard {
    Heard::Close(4409, "replaced by another socket".to_owned())
}

#[tokio::test]
async fn the_sixth_socket_of_a_session_takes_the_place_of_the_first() {
    let world = World::start().await;
    let browser = world.user().await;
    let mut first = Socket::enter(&browser).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(Socket::enter(&browser).await);
    }
    assert_eq!(first.next().await, replaced());
    for socket in &mut others {
        assert!(is_open(socket).await);
    }
}

#[tokio::test]
async fn the_twenty_first_socket_of_a_user_takes_the_place_of_the_first() {
    let world = World::start().await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        let browser = world.user().await;
        for _ in 0..5 {
            sockets.push(Socket::enter(&browser).await);
        }
    }
    let mut stranger = world.browser();
    stranger.log_in("second@example.com").await;
    let mut of_another_user = Socket::enter(&stranger).await;
    assert!(is_open(&mut sockets[0]).await);
    let mut newest = Socket::enter(&world.user().await).await;
    assert_eq!(sockets[0].next().await, replaced());
    for socket in sockets.iter_mut().skip(1) {
        assert!(is_open(socket).await);
    }
    assert!(is_open(&mut newest).await && is_open(&mut of_another_user).await);
}

#[tokio::test]
async fn silent_sockets_of_an_address_are_few_and_keep_no_others_out() {
    let world =
        World::start_with(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()])
            .await;
    let browser = world.user().await;
    let from = |address: &str| {
        let mut request = Socket::handshake(&browser, "");
        let headers = request.headers_mut();
        headers.insert("X-Forwarded-For", address.parse().unwrap());
        request
    };
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(Socket::connect(from("203.0.113.1")).await.unwrap().0);
    }
    assert_eq!(Socket::connect(from("203.0.113.1")).await.err(), Some(429));
    let (mut other, _) = Socket::connect(from("203.0.113.2")).await.unwrap();
    other.authenticate(&browser).await;
    silent[0].authenticate(&browser).await;
    let (mut next, _) = Socket::connect(from("203.0.113.1")).await.unwrap();
    next.authenticate(&browser).await;
    silent.pop();
    eventually("a silent socket that is gone counts no more", || async {
        Socket::connect(from("203.0.113.1")).await.is_ok()
    })
    .await;
}

/// Opens a socket whose kernel holds little, subscribes, and never reads.
async fn stalled(browser: &Browser, world: &World) -> impl Sized {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(world.server.address()).await.unwrap();
    let request = Socket::handshake(browser, "");
    let (mut stream, _) = client_async(request, stream).await.unwrap();
    for message in [
        json!({ "type": "auth", "token": browser.token }),
        json!({ "type": "subscribe", "topic": "system" }),
    ] {
        let text = tungstenite::Message::text(message.to_string());
        futures_util::SinkExt::send(&mut stream, text)
            .await
            .unwrap();
    }
    stream.get_mut().flush().await.unwrap();
    stream
}

#[tokio::test]
async fn a_reader_that_stops_is_closed_and_delays_nobody() {
    let world = World::start_with(|config| config.sample_period = Duration::from_millis(1)).await;
    let browser = world.user().await;
    let mut reader = Socket::enter(&browser).await;
    let message = json!({ "type": "subscribe", "topic": "system" });
    reader.send(message).await;
    let mut last = reader.expect("DATA_UPDATE").await["seq"].as_u64().unwrap();
    let stalled = stalled(&browser, &world).await;
    let is_closed = || async {
        let metrics = world.browser().get("/metrics").await.text;
        metrics.contains("session_backend_slow_readers_total 1\n")
    };
    loop {
        for _ in 0..200 {
            let update = reader.expect("DATA_UPDATE").await;
            let seq = update["seq"].as_u64().unwrap();
            assert_eq!(seq, last + 1, "nothing is left out");
            last = seq;
        }
        if is_closed().await {
            break;
        }
    }
    drop(stalled);
}

/// Opens a socket without being let in before its turn.
fn come(browser: &Browser) -> tokio::task::JoinHandle<Result<Socket, u16>> {
    let request = Socket::handshake(browser, "");
    tokio::spawn(async move { Ok(Socket::connect(request).await?.0) })
}

/// Returns how many requests a server has had, this one among them.
async fn requests(browser: &mut Browser) -> usize {
    let metrics = browser.get("/metrics").await.text;
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("session_backend_requests_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_stop_is_told_to_those_who_come_and_nobody_waits_at_the_door() {
    let world = World::start_with(|config| config.handshakes_per_second = NonZeroU32::MIN).await;
    let mut browser = world.user().await;
    let mut sockets = vec![Socket::enter(&browser).await];
    let before = requests(&mut browser).await;
    let waiting: Vec<_> = (0..5).map(|_| come(&browser)).collect();
    let mut asked = 1;
    while requests(&mut browser).await < before + waiting.len() + asked {
        asked += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.server.stop().await.unwrap();
    let mut sent_away = 0;
    for coming in waiting {
        match coming.await.unwrap() {
            Ok(socket) => sockets.push(socket),
            Err(status) => {
                assert_eq!(status, 503);
                sent_away += 1;
            }
        }
    }
    assert!(sent_away > 0, "they waited on");
    for socket in &mut sockets {
        socket.expect("GOING_AWAY").await;
        assert!(matches!(socket.next().await, Heard::Close(1012, _)));
    }
}
