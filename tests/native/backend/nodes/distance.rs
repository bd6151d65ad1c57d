//! A store that is far away: every answer takes its time, and nobody waits for those of others.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use session_backend::StoreLocation;

use crate::support::{Proxy, Redis, Socket, World};

const SESSIONS: usize = 40;
/// To end a session takes two answers at least.
const LAG: Duration = Duration::from_millis(150);

#[tokio::test]
async fn sessions_that_end_together_are_told_together() {
    let redis = Redis::start().await;
    let proxy = Proxy::start(redis.port()).await;
    let folder = tempfile::tempdir().unwrap();
    let far = proxy.url();
    let world = World::start_with(|config| {
        config.store = StoreLocation::parse(&far).unwrap();
        config.keys = Some(folder.path().join("keys"));
    })
    .await;
    let (mut browsers, mut sockets) = (Vec::new(), Vec::new());
    for number in 0..SESSIONS {
        let mut browser = world.browser();
        let of_two = ["user@example.com", "second@example.com"];
        browser.log_in(of_two[number % 2]).await;
        sockets.push(Socket::enter(&browser).await);
        browsers.push(browser);
    }
    let near = browsers.iter_mut();
    let near = near.map(|browser| browser.post("/demo/warn?seconds=1", json!({})));
    join_all(near).await;
    proxy.lag(LAG);
    let start = Instant::now();
    for socket in &mut sockets {
        socket.expect_end("SESSION_TIMEOUT").await;
    }
    let took = start.elapsed();
    let one_by_one = LAG * 2 * u32::try_from(SESSIONS).unwrap();
    assert!(took < one_by_one * 2 / 3, "{took:?}");
}
