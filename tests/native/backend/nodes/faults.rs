//! Redis does not answer: that is 503 and nothing else, sockets stay, and nobody storms it after.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{
    Browser, Heard, Nodes, PATIENCE, Proxy, Redis, Socket, beats, eventually, healthy, refreshed,
    settled,
};

/// Whatever is asked while the store is away is answered with 503, soon.
async fn refuses_everything(browser: &mut Browser) {
    let start = Instant::now();
    let before = browser.cookies.clone();
    let refresh = browser.refresh().await;
    refresh.expect_problem(503, "store_unavailable");
    assert_eq!(refresh.header("retry-after"), "1");
    let answers = [
        browser.get("/api/me").await,
        browser.get("/api/session").await,
        browser.post("/api/session/extend", json!({})).await,
        browser.post("/api/auth/logout", json!({})).await,
        browser.try_log_in("user@example.com", "password").await,
    ];
    for answer in answers {
        answer.expect_problem(503, "store_unavailable");
        assert!(answer.set_cookies().is_empty());
    }
    assert_eq!(browser.cookies, before);
    assert_eq!(browser.get("/healthz").await.status, 503);
    assert!(start.elapsed() < Duration::from_secs(15), "each is told");
}

async fn stays(socket: &mut Socket) {
    beats(socket).await;
    socket.send(json!({ "type": "activity" })).await;
    let refused = socket.until("error").await;
    assert_eq!(refused["code"], "store_unavailable");
}

/// The other server may have found Redis again while that of the socket has not yet.
async fn works(socket: &mut Socket) {
    for _ in 0..50 {
        socket.send(json!({ "type": "activity" })).await;
        let answer = socket.next().await.message();
        if answer["type"] == "SESSION_EXTENDED" {
            return;
        }
        assert_eq!(answer["code"], "store_unavailable", "{answer}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the store came back, and the socket was never told");
}

#[tokio::test]
async fn a_redis_that_pauses_ends_nothing() {
    let nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let mut socket = nodes.socket(&browser, 1).await;
    nodes.redis.pause();
    let mut other = browser.clone();
    nodes.turn(&mut other, 1);
    refuses_everything(&mut browser).await;
    refuses_everything(&mut other).await;
    stays(&mut socket).await;
    nodes.redis.resume();
    // The logout that was refused may have been carried out: whoever gave it up does not know.
    let answer = settled(&mut browser, "/api/session").await.json();
    if answer["active"] == true {
        refreshed(&mut browser).await;
        healthy(&other).await;
        works(&mut socket).await;
    } else {
        assert_eq!(answer["reason"], "LOGGED_OUT", "{answer}");
        socket.expect_end("LOGGED_OUT").await;
    }
}

#[tokio::test]
async fn a_redis_that_is_gone_ends_nothing_and_is_not_stormed() {
    let mut nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let mut sockets = Vec::new();
    for number in 0..4 {
        sockets.push(nodes.socket(&browser, number % 2).await);
    }
    let snapshot = nodes.redis.snapshot();
    nodes.redis.kill();
    refuses_everything(&mut browser).await;
    for socket in &mut sockets {
        stays(socket).await;
    }
    nodes.redis.put_back(&snapshot);
    nodes.redis.revive().await;
    refreshed(&mut browser).await;
    let mut other = browser.clone();
    nodes.turn(&mut other, 1);
    healthy(&other).await;
    for socket in &mut sockets {
        works(socket).await;
    }
    assert_eq!(other.get("/api/me").await.status, 200);
    // Two connections and a follower for each server, and some attempts, and this question.
    let connections = connections(&nodes.redis);
    assert!(connections < 30, "{connections} connections");
    assert!(sockets.len() == 4, "the very same sockets");
}

#[tokio::test]
async fn what_cannot_be_subscribed_is_asked_for_on_the_next_socket() {
    let nodes = Nodes::start().await;
    let browser = nodes.user(0).await;
    let mut socket = nodes.socket(&browser, 1).await;
    nodes.redis.pause();
    let topic = |kind: &str| json!({ "type": kind, "topic": "system" });

    socket.send(topic("unsubscribe")).await;
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.expect("heartbeat_ack").await;

    socket.send(topic("subscribe")).await;
    let closed = Heard::Close(1013, "store unavailable".to_owned());
    assert_eq!(socket.closed().await, closed);
}

/// Returns how many connections were made to Redis, this one among them.
fn connections(redis: &Redis) -> u32 {
    let stats = redis.ask(&["INFO", "stats"]);
    let connections = stats
        .lines()
        .find_map(|line| line.strip_prefix("total_connections_received:"));
    connections.unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn an_answer_that_is_late_fails_its_call_and_breaks_no_connection() {
    let redis = Redis::start().await;
    let proxy = Proxy::start(redis.port()).await;
    let nodes = Nodes::start_at(redis, &[proxy.url()], &[]).await;
    let mut browser = nodes.user(0).await;
    let note = json!({ "title": "long", "text": "x".repeat(65_536) });
    assert_eq!(browser.post("/api/notes", note).await.status, 201);
    let before = connections(&nodes.redis);
    for _ in 0..3 {
        proxy.delay(Duration::from_millis(1_300));
        let late = browser.get("/api/notes").await;
        late.expect_problem(503, "store_unavailable");
        assert_eq!(browser.refresh().await.status, 200, "it waits its turn");
    }
    assert_eq!(browser.get("/api/notes").await.status, 200);
    assert_eq!(connections(&nodes.redis), before + 1, "only this question");
}

/// Where the follower of a server is, among the connections that it makes one after the other.
const FOLLOWS: usize = 2;

#[tokio::test]
async fn an_event_that_is_late_breaks_no_connection_and_is_heard() {
    let (nodes, proxy) = Nodes::near_and_far().await;
    let mut browser = nodes.user(0).await;
    let mut socket = nodes.socket(&browser, 1).await;
    let before = connections(&nodes.redis);
    proxy.be_late(FOLLOWS).await;
    browser.post("/api/auth/logout", json!({})).await;
    socket.expect_end("LOGGED_OUT").await;
    assert_eq!(connections(&nodes.redis), before + 1, "only this question");
}

#[tokio::test]
async fn a_connection_that_dies_alone_is_replaced() {
    for number in 0..=FOLLOWS {
        let (nodes, proxy) = Nodes::near_and_far().await;
        let mut browser = nodes.user(1).await;
        let mut gone = nodes.user(0).await;
        let mut ended = nodes.socket(&gone, 1).await;
        proxy.cut_alone(number);
        let refreshing = refreshed(&mut browser);
        let in_time = tokio::time::timeout(PATIENCE, refreshing).await;
        assert!(in_time.is_ok(), "connection {number} is dead for ever");
        let logout = gone.post("/api/auth/logout", json!({})).await;
        assert_eq!(logout.status, 204);
        ended.expect_end("LOGGED_OUT").await;
    }
}

#[tokio::test]
async fn a_server_that_is_cut_off_refuses_and_then_hears_what_it_missed() {
    let (nodes, proxy) = Nodes::near_and_far().await;
    let mut browser = nodes.user(0).await;
    let mut gone = nodes.user(0).await;
    let mut kept = nodes.socket(&browser, 1).await;
    let mut ended = nodes.socket(&gone, 1).await;
    proxy.cut(true);
    let mut far = browser.clone();
    nodes.turn(&mut far, 1);
    far.refresh().await.expect_problem(503, "store_unavailable");
    stays(&mut kept).await;
    assert_eq!(browser.refresh().await.status, 200, "the other one works");
    let logout = gone.post("/api/auth/logout", json!({})).await;
    assert_eq!(logout.status, 204);
    beats(&mut ended).await;
    proxy.cut(false);
    ended.expect_end("LOGGED_OUT").await;
    works(&mut kept).await;
    refreshed(&mut far).await;
}

#[tokio::test]
async fn a_write_counts_only_once_the_replicas_have_it() {
    let redis = Redis::start().await;
    let replica = redis.replica().await;
    let url = format!("{}?replicas=1", redis.url());
    let nodes = Nodes::start_at(redis, &[url], &[]).await;
    let mut browser = nodes.user(0).await;
    replica.pause();
    let logout = browser.post("/api/auth/logout", json!({})).await;
    logout.expect_problem(503, "store_unavailable");
    assert_eq!(browser.get("/healthz").await.status, 200, "reading works");
    replica.resume();
    eventually("the logout is confirmed", || {
        let mut browser = browser.clone();
        async move {
            let logout = browser.post("/api/auth/logout", json!({})).await;
            logout.status == 204
        }
    })
    .await;
}
