//! What was withdrawn from a user's sessions or account stays withdrawn when Redis falls back.

use std::path::PathBuf;

use serde_json::json;

use crate::support::{Browser, Nodes, Proxy, Redis, eventually, healthy, settled};

const USER: &str = "user@example.com";
const ALL: [&str; 2] = ["end-sessions", "--all"];

/// Two servers, of which the first can be cut off, and a session that it alone remembers.
struct Lost {
    nodes: Nodes,
    network: Proxy,
    before: PathBuf,
    browser: Browser,
    /// A session of the same user that nothing happened to.
    other: Browser,
}

impl Lost {
    /// Redis has fallen back behind the login, and the server that knows it is cut off.
    async fn session() -> Self {
        let redis = Redis::start().await;
        let network = Proxy::start(redis.port()).await;
        let near = network.url();
        let urls = [near, redis.url()];
        let nodes = Nodes::start_at(redis, &urls, &[]).await;
        let other = nodes.user(1).await;
        let before = nodes.redis.snapshot();
        let mut lost = Self {
            browser: nodes.user(0).await,
            nodes,
            network,
            before,
            other,
        };
        lost.network.cut(true);
        lost.fall_back().await;
        lost
    }

    async fn fall_back(&mut self) {
        self.nodes.redis.kill();
        self.nodes.redis.put_back(&self.before);
        self.nodes.redis.revive().await;
        healthy(&self.nodes.browser(1)).await;
    }

    /// Lets the server that was cut off come back, and expects the session to be over for good.
    async fn expect_over(&mut self, code: &str) {
        self.network.cut(false);
        healthy(&self.nodes.browser(0)).await;
        for number in [0, 1] {
            self.nodes.turn(&mut self.browser, number);
            let browser = &self.browser;
            eventually("the session is over", || async {
                browser.clone().get("/api/me").await.status == 401
            })
            .await;
            let answer = self.browser.get("/api/me").await;
            answer.expect_problem(401, code);
        }
        let answer = self.browser.refresh().await;
        answer.expect_problem(401, code);
    }
}

#[tokio::test]
async fn a_lost_session_does_not_outlive_its_account() {
    let mut lost = Lost::session().await;
    let said = lost.nodes.administer(&["disable", USER]);
    assert!(said.contains("1 sessions ended"), "{said}");
    lost.expect_over("account_disabled").await;
}

#[tokio::test]
async fn a_lost_session_is_ended_with_the_others() {
    let mut lost = Lost::session().await;
    let answer = lost.other.post("/api/sessions/end-others", json!({})).await;
    assert_eq!(answer.status, 204);
    lost.expect_over("session_revoked").await;
    assert_eq!(settled(&mut lost.other, "/api/me").await.status, 200);
}

#[tokio::test]
async fn a_lost_session_is_ended_with_those_of_everybody() {
    let mut lost = Lost::session().await;
    lost.nodes.administer(&ALL);
    lost.expect_over("session_revoked").await;
    let mut new = lost.nodes.browser(0);
    new.log_in(USER).await;
    assert_eq!(new.get("/api/me").await.status, 200);
}

#[tokio::test]
async fn an_end_of_all_others_that_was_lost_itself_is_done_again() {
    let mut lost = Lost::session().await;
    let answer = lost.other.post("/api/sessions/end-others", json!({})).await;
    assert_eq!(answer.status, 204);
    lost.fall_back().await;
    lost.expect_over("session_revoked").await;
    assert_eq!(settled(&mut lost.other, "/api/me").await.status, 200);
}

async fn fall_back(nodes: &mut Nodes, snapshot: &std::path::Path) {
    nodes.redis.kill();
    nodes.redis.put_back(snapshot);
    nodes.redis.revive().await;
}

#[tokio::test]
async fn a_disabled_account_stays_disabled() {
    let mut nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let mut sockets = [
        nodes.socket(&browser, 0).await,
        nodes.socket(&browser, 1).await,
    ];
    let snapshot = nodes.redis.snapshot();
    nodes.administer(&["disable", USER]);
    for socket in &mut sockets {
        socket.expect_end("ACCOUNT_DISABLED").await;
    }
    // One server that has heard of it is enough.
    nodes.kill(0);
    fall_back(&mut nodes, &snapshot).await;
    nodes.revive(0).await;
    healthy(&nodes.browser(1)).await;
    for number in [0, 1] {
        let answer = nodes.browser(number).try_log_in(USER, "password").await;
        answer.expect_problem(401, "invalid_credentials");
        nodes.turn(&mut browser, number);
        let answer = settled(&mut browser, "/api/me").await;
        answer.expect_problem(401, "account_disabled");
    }
    let snapshot = nodes.redis.snapshot();
    nodes.administer(&["enable", USER]);
    nodes.browser(1).log_in(USER).await;
    fall_back(&mut nodes, &snapshot).await;
    healthy(&nodes.browser(1)).await;
    nodes.browser(1).log_in(USER).await;
}

#[tokio::test]
async fn a_password_that_was_changed_stays_changed() {
    let mut nodes = Nodes::start().await;
    let mut owner = nodes.user(0).await;
    let mut witness = nodes.socket(&owner, 1).await;
    let snapshot = nodes.redis.snapshot();
    let change = json!({ "currentPassword": "password", "newPassword": "a better one" });
    let answer = owner.post("/api/account/password", change).await;
    assert_eq!(answer.status, 204);
    owner.post("/api/session/extend", json!({})).await;
    witness.expect("SESSION_EXTENDED").await;
    nodes.kill(0);
    fall_back(&mut nodes, &snapshot).await;
    healthy(&nodes.browser(1)).await;
    let answer = nodes.browser(1).try_log_in(USER, "password").await;
    answer.expect_problem(401, "invalid_credentials");
    let answer = nodes.browser(1).try_log_in(USER, "a better one").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_account_that_was_added_is_still_there() {
    let mut nodes = Nodes::start().await;
    let mut browser = nodes.user(0).await;
    let mut witness = nodes.socket(&browser, 1).await;
    let snapshot = nodes.redis.snapshot();
    let said = nodes.administer_with(&["add", "new@example.com"], "long enough\n");
    assert!(said.contains("added"), "{said}");
    browser.post("/api/session/extend", json!({})).await;
    witness.expect("SESSION_EXTENDED").await;
    fall_back(&mut nodes, &snapshot).await;
    healthy(&nodes.browser(1)).await;
    let mut new = nodes.browser(1);
    let answer = new.try_log_in("new@example.com", "long enough").await;
    assert_eq!(answer.status, 200);
}
