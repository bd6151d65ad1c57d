//! Requests that come in pieces, slowly, or never whole; answers that nobody reads, or slowly.

use std::time::{Duration, Instant};

use serde_json::json;
use session_backend::{Config, routes};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time,
};

use crate::support::{PATIENCE, Socket, World, eventually, write_build};

/// Short enough to be waited for.
const DEADLINE: Duration = Duration::from_millis(400);
/// After it, what was sent together has been read together.
const PAUSE: Duration = Duration::from_millis(30);

/// A connection.
struct Wire(TcpStream);

impl Wire {
    async fn open(world: &World) -> Self {
        Self(TcpStream::connect(world.server.address()).await.unwrap())
    }

    async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Writes the head of a request, and gives it time to be looked at.
    async fn head(&mut self, line: &str, headers: &str) {
        self.write(format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
        ))
        .await;
        time::sleep(PAUSE).await;
    }

    /// Reads one answer: its head and its body.
    async fn answer(&mut self) -> (String, String) {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.split("content-length: ").nth(1);
                let length = length.and_then(|rest| rest.split("\r\n").next());
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    return (head.to_owned(), body.to_owned());
                }
            }
            let read = time::timeout(PATIENCE, self.0.read_buf(&mut bytes)).await;
            assert!(read.expect("in time").unwrap() > 0, "cut off after {text}");
        }
    }

    /// Fails unless the connection is closed.
    async fn expect_the_end(&mut self) {
        let mut rest = Vec::new();
        let read = time::timeout(PATIENCE, self.0.read_to_end(&mut rest)).await;
        // A reset is an end too.
        assert_eq!(read.expect("the end in time").unwrap_or(0), 0);
    }

    /// Fails unless the connection is good for another request.
    async fn expect_to_live(&mut self, after: &str) {
        self.head("GET /healthz", "").await;
        let (head, _) = self.answer().await;
        assert!(head.starts_with("http/1.1 200"), "{after}: {head}");
    }
}

fn impatient(config: &mut Config) {
    config.head_deadline = DEADLINE;
    config.body_deadline = DEADLINE;
}

#[tokio::test]
async fn a_connection_without_a_whole_head_is_closed() {
    let world = World::start_with(impatient).await;
    for begun in ["", "GET /healthz HTTP/1.1\r\nHost: lo"] {
        let mut wire = Wire::open(&world).await;
        wire.write(begun).await;
        wire.expect_the_end().await;
    }
    let mut idle = Wire::open(&world).await;
    idle.expect_to_live("a request in time").await;
    idle.expect_the_end().await;
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let world = World::start().await;
    let mut wire = Wire::open(&world).await;
    let cookie = "x".repeat(70_000);
    wire.write(format!("GET /healthz HTTP/1.1\r\nCookie: {cookie}"))
        .await;
    let (head, _) = wire.answer().await;
    assert!(head.starts_with("http/1.1 431"), "{head}");
    wire.expect_the_end().await;
}

#[tokio::test]
async fn a_body_that_stops_is_refused_and_its_connection_closed() {
    let world = World::start_with(impatient).await;
    let mut wire = Wire::open(&world).await;
    let origin = &world.origin;
    let headers = format!(
        "Origin: {origin}\r\nX-Requested-With: leptos-session\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n"
    );
    wire.head("POST /api/auth/login", &headers).await;
    wire.write("{").await;
    let (head, body) = wire.answer().await;
    assert!(head.starts_with("http/1.1 408"), "{head}");
    assert!(head.contains("connection: close"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert!(body.contains("request_timeout"), "{body}");
    wire.expect_the_end().await;
    // What nobody waits for ends as well, after its own answer.
    let mut wire = Wire::open(&world).await;
    wire.head("POST /nowhere", "Content-Length: 100\r\n").await;
    let (head, _) = wire.answer().await;
    assert!(head.starts_with("http/1.1 405"), "{head}");
    wire.expect_the_end().await;
}

#[tokio::test]
async fn a_body_that_keeps_coming_has_the_time_it_needs() {
    let world = World::start_with(impatient).await;
    let mut wire = Wire::open(&world).await;
    let token = world.user().await.token.unwrap();
    let headers = format!("Authorization: Bearer {token}\r\nContent-Length: 81920\r\n");
    wire.head("POST /api/uploads", &headers).await;
    for _ in 0..10 {
        wire.write(vec![7; 8_192]).await;
        time::sleep(DEADLINE / 4).await;
    }
    let (head, body) = wire.answer().await;
    assert!(head.starts_with("http/1.1 201"), "{head} {body}");
    wire.expect_to_live("the upload").await;
}

#[tokio::test]
async fn no_call_answers_before_its_body_has_come() {
    let world = World::start().await;
    let (browser, origin) = (world.user().await, &world.origin);
    let (token, cookie) = (browser.token.as_ref().unwrap(), browser.cookie_header());
    let guarded = format!(
        "Origin: {origin}\r\nX-Requested-With: leptos-session\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nCookie: {cookie}\r\n"
    );
    let routes = routes();
    let lines = routes.iter().filter(|route| route.path != "/ws");
    let lines = lines.map(|route| format!("{} {}", route.method, route.path));
    let lines: Vec<_> = lines.chain(["POST /api/nothing".to_owned()]).collect();
    for (headers, lines) in [(guarded.as_str(), &lines), ("", &lines)] {
        let mut wire = Wire::open(&world).await;
        for line in lines {
            let headers = format!("{headers}Content-Length: 2\r\n");
            wire.head(line, &headers).await;
            wire.write("{}").await;
            let (head, _) = wire.answer().await;
            assert!(!head.contains("connection: close"), "{line}: {head}");
            wire.expect_to_live(line).await;
        }
    }
}

#[tokio::test]
async fn a_long_body_is_taken_and_its_refusal_heard() {
    let world = World::start().await;
    let mut wire = Wire::open(&world).await;
    wire.head("POST /api/uploads", "Content-Length: 3000000\r\n")
        .await;
    for _ in 0..30 {
        wire.write(vec![7; 100_000]).await;
    }
    let (head, body) = wire.answer().await;
    assert!(head.starts_with("http/1.1 401"), "{head}");
    assert!(body.contains("invalid_token"), "{body}");
    wire.expect_to_live("the refusal").await;
    // Nobody takes more than could ever be accepted.
    wire.head("POST /api/uploads", "Content-Length: 99000000\r\n")
        .await;
    let (head, _) = wire.answer().await;
    assert!(head.starts_with("http/1.1 401"), "{head}");
    wire.expect_the_end().await;
}

#[tokio::test]
async fn whoever_asks_before_sending_is_refused_without() {
    let world = World::start().await;
    let mut wire = Wire::open(&world).await;
    let headers = "Content-Length: 3000000\r\nExpect: 100-continue\r\n";
    wire.head("POST /api/uploads", headers).await;
    let (head, _) = wire.answer().await;
    assert!(head.starts_with("http/1.1 401"), "{head}");
    wire.expect_the_end().await;
}

/// Far more than two kernels hold for one connection.
const LONG: usize = 24 << 20;

/// Asks for a long file on a connection whose kernel holds little; what comes is not read yet.
async fn asking(write_deadline: Duration) -> (World, Wire, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write_build(folder.path());
    std::fs::write(folder.path().join("long.png"), vec![7; LONG]).unwrap();
    let world = World::start_with(|config| {
        config.dist = Some(folder.path().to_owned());
        config.write_deadline = write_deadline;
    })
    .await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(65_536).unwrap();
    let mut wire = Wire(socket.connect(world.server.address()).await.unwrap());
    wire.head("GET /long.png", "").await;
    (world, wire, folder)
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_cut_off() {
    let (world, mut wire, _folder) = asking(DEADLINE).await;
    let mut socket = Socket::enter(&world.user().await).await;
    eventually("the connection is reset", || async {
        wire.0.take_error().unwrap().is_some()
    })
    .await;
    let mut rest = Vec::new();
    wire.0.read_to_end(&mut rest).await.ok();
    assert!(rest.len() < LONG);
    socket.send(json!({ "type": "heartbeat" })).await;
    socket.expect("heartbeat_ack").await;
}

#[tokio::test]
async fn an_answer_that_is_read_slowly_has_the_time_it_needs() {
    let deadline = Duration::from_secs(2);
    let (_world, mut wire, _folder) = asking(deadline).await;
    let (start, mut received) = (Instant::now(), 0);
    let mut piece = vec![0; 1 << 20];
    while received < LONG {
        let read = wire.0.read_exact(&mut piece).await;
        received += read.expect("the rest of the answer");
        time::sleep(deadline / 10).await;
    }
    assert!(start.elapsed() > 2 * deadline, "longer than one deadline");
}
