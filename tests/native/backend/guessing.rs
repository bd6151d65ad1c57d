//! Guessing of passwords: it is slowed down, it locks nobody out, and it learns nothing.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use session_backend::StoreLocation;
use tokio::task::JoinSet;

use crate::support::{Answer, Browser, JsonBody, Nodes, World};

const ACCOUNT: &str = "user@example.com";

/// A world behind a proxy on this machine, so that a test can come from anywhere.
async fn behind_a_proxy() -> World {
    World::start_with(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()]).await
}

async fn log_in_from(browser: &mut Browser, address: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    let request = browser
        .request(Method::POST, "/api/auth/login")
        .header("X-Forwarded-For", address)
        .json_body(&body);
    browser.send(request).await
}

fn address(number: u32) -> String {
    std::net::Ipv4Addr::from_bits(0xcb00_7100 + number).to_string()
}

#[tokio::test]
async fn guesses_at_the_same_time_count_before_they_are_looked_at() {
    let world = World::start().await;
    let mut guesses = JoinSet::new();
    for number in 0..40 {
        let mut browser = world.browser();
        guesses.spawn(async move {
            let guess = format!("guess {number}");
            browser.try_log_in("user@example.com", &guess).await.status
        });
    }
    let statuses = guesses.join_all().await;
    let count = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(401), count(429)), (10, 30), "{statuses:?}");
}

#[tokio::test]
async fn many_logins_at_the_same_time_are_all_let_in() {
    let world = World::start().await;
    let mut logins = JoinSet::new();
    for _ in 0..40 {
        let mut browser = world.browser();
        logins.spawn(async move { browser.log_in("user@example.com").await });
    }
    assert_eq!(logins.join_all().await.len(), 40);
}

#[tokio::test]
async fn guesses_from_everywhere_are_slowed_down_and_the_owner_gets_in() {
    let world = behind_a_proxy().await;
    let (mut owner, home) = (world.browser(), "192.0.2.77");
    let answer = log_in_from(&mut owner, home, "user@example.com", "password").await;
    assert_eq!(answer.status, 200);
    let with_session = owner.clone();
    let mut guesser = world.browser();
    for email in ["user@example.com", "nobody@example.com"] {
        for number in 0..100 {
            let answer = log_in_from(&mut guesser, &address(number), email, "guess").await;
            answer.expect_problem(401, "invalid_credentials");
        }
        let answer = log_in_from(&mut guesser, &address(200), email, "guess").await;
        answer.expect_problem(429, "too_many_attempts");
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((3_000..=3_600).contains(&wait), "{email}: {wait}");
    }
    let right = log_in_from(&mut guesser, &address(200), "user@example.com", "password").await;
    right.expect_problem(429, "too_many_attempts");
    let mut elsewhere = with_session;
    let answer = log_in_from(
        &mut elsewhere,
        &address(201),
        "user@example.com",
        "password",
    )
    .await;
    assert_eq!(answer.status, 200, "the owner's browser on the road");
    let mut new = world.browser();
    let answer = log_in_from(&mut new, home, "user@example.com", "password").await;
    assert_eq!(answer.status, 200, "a new browser of the owner at home");
}

/// Lets guesses from everywhere fill an account's limit, and looks that its owner, whose browser holds
/// no session, gets in at home and nowhere else.
async fn expect_in_at_home_only(origin: &str, home: &str) {
    let mut guesser = Browser::new(origin);
    for number in 0..100 {
        log_in_from(&mut guesser, &address(number), ACCOUNT, "guess").await;
    }
    let answer = log_in_from(&mut guesser, &address(200), ACCOUNT, "password").await;
    answer.expect_problem(429, "too_many_attempts");
    let answer = log_in_from(&mut Browser::new(origin), home, ACCOUNT, "password").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn where_an_owner_logged_in_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let home = "192.0.2.77";
    for is_first in [true, false] {
        let world = World::start_with(|config| {
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
            config.store = StoreLocation::File(path.clone());
        })
        .await;
        if is_first {
            let answer = log_in_from(&mut world.browser(), home, ACCOUNT, "password").await;
            assert_eq!(answer.status, 200);
        } else {
            expect_in_at_home_only(&world.origin, home).await;
        }
        world.server.stop().await.unwrap();
    }
    let store = rusqlite::Connection::open(&path).unwrap();
    let named = "SELECT account || network FROM homes";
    let found: String = store.query_row(named, [], |row| row.get(0)).unwrap();
    assert_eq!(found.len(), 128, "codes and nothing else: {found}");
}

#[tokio::test]
async fn where_an_owner_logged_in_is_known_on_every_server() {
    let nodes = Nodes::start_with(&["--trusted-proxy", "127.0.0.1/32"]).await;
    let home = "192.0.2.77";
    let answer = log_in_from(&mut nodes.browser(0), home, ACCOUNT, "password").await;
    assert_eq!(answer.status, 200);
    expect_in_at_home_only(nodes.origin(1), home).await;
}

#[tokio::test]
async fn who_is_no_listed_proxy_cannot_choose_an_address() {
    let world = World::start().await;
    let mut browser = world.browser();
    for number in 0..10 {
        let answer = log_in_from(&mut browser, &address(number), "user@example.com", "no").await;
        answer.expect_problem(401, "invalid_credentials");
    }
    let answer = log_in_from(&mut browser, &address(11), "user@example.com", "no").await;
    answer.expect_problem(429, "too_many_attempts");
    browser.log_in("second@example.com").await;
    let sessions = browser.get("/api/sessions").await.json();
    assert_eq!(sessions[0]["address"], "127.0.0.1");
}

#[tokio::test]
async fn the_address_behind_a_listed_proxy_is_the_one_that_it_names() {
    let world = behind_a_proxy().await;
    let mut browser = world.browser();
    let chain = "6.6.6.6, 203.0.113.9";
    let answer = log_in_from(&mut browser, chain, "user@example.com", "password").await;
    browser.token = answer.json()["accessToken"].as_str().map(str::to_owned);
    let sessions = browser.get("/api/sessions").await.json();
    assert_eq!(sessions[0]["address"], "203.0.113.9");
}

/// Where browsers come by TLS, what a listed proxy took without it is refused.
#[tokio::test]
async fn plain_calls_are_refused_where_browsers_come_by_tls() {
    let world = World::start_with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        config.origins = vec!["https://app.example".to_owned()];
    })
    .await;
    let mut browser = world.browser();
    for (path, scheme, status) in [
        ("/api/session", "https", 200),
        ("/api/session", "http", 403),
        ("/api/session", "https, http", 403),
        ("/healthz", "http", 200),
        ("/metrics", "http", 200),
        ("/", "http", 200),
    ] {
        let request = browser.bare(Method::GET, path);
        let answer = browser
            .send(request.header("X-Forwarded-Proto", scheme))
            .await;
        assert_eq!(answer.status, status, "{path} by {scheme}");
        if status == 403 {
            answer.expect_problem(403, "https_required");
        }
    }
}

/// Returns the median times of a login with a wrong password and of one without an account.
async fn medians(pairs: u32) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    // Accounts wait after a hundred failures; a new server knows nothing of them.
    for first in (0..pairs).step_by(50) {
        let world = behind_a_proxy().await;
        let mut browser = world.browser();
        for number in first..pairs.min(first + 50) {
            // Whoever comes second may find warmer caches: they take turns.
            let mut turns = [(0, "user@example.com"), (1, "nobody@example.com")];
            turns.rotate_left((number % 2) as usize);
            for (index, email) in turns {
                let start = Instant::now();
                let answer = log_in_from(&mut browser, &address(number % 50), email, "no").await;
                times[index].push(start.elapsed());
                answer.expect_problem(401, "invalid_credentials");
            }
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

fn apart(medians: [Duration; 2]) -> f64 {
    let [known, unknown] = medians.map(|median| median.as_secs_f64());
    (known - unknown).abs() / known.max(unknown)
}

/// With `SESSION_TIMING_PAIRS=2000` the medians may differ by a twentieth; that takes minutes. A busy
/// machine can push one round apart, but not three, and an account that tells itself apart shows in
/// every round.
#[tokio::test]
async fn time_does_not_tell_which_accounts_exist() {
    let pairs = std::env::var("SESSION_TIMING_PAIRS");
    let pairs = pairs.map_or(50, |pairs| pairs.parse().unwrap());
    let tolerated = if pairs < 2_000 { 0.2 } else { 0.05 };
    let mut rounds = Vec::new();
    while rounds.len() < 3 {
        let medians = medians(pairs).await;
        eprintln!("{pairs} pairs: {medians:?}, apart {:.4}", apart(medians));
        if apart(medians) < tolerated {
            return;
        }
        rounds.push(medians);
    }
    panic!("apart in every round: {rounds:?}");
}

#[tokio::test]
async fn a_storm_of_logins_is_told_to_come_back() {
    let world = behind_a_proxy().await;
    let mut logins = JoinSet::new();
    for number in 0..500 {
        let mut browser = world.browser();
        logins.spawn(async move {
            let email = format!("{number}@example.com");
            log_in_from(&mut browser, &address(number), &email, "no").await
        });
    }
    let answers = logins.join_all().await;
    let (put_off, looked_at): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 503);
    for answer in &put_off {
        answer.expect_problem(503, "busy");
        assert_eq!(answer.header("retry-after"), "3");
    }
    for answer in &looked_at {
        answer.expect_problem(401, "invalid_credentials");
    }
    assert!(looked_at.len() >= 258, "{}", looked_at.len());
    assert!(!put_off.is_empty(), "the queue is bounded");
    world.user().await;
}
