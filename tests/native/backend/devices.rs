//! The user's sessions on all devices.

use serde_json::json;

use crate::support::{Socket, World};

#[tokio::test]
async fn a_user_sees_own_sessions_and_which_is_this_one() {
    let world = World::start().await;
    let mut here = world.user().await;
    let _there = world.user().await;
    world.browser().log_in("second@example.com").await;
    let rows = here.get("/api/sessions").await.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows.iter().filter(|row| row["current"] == true).count(), 1);
    for row in rows {
        assert!(row["signedInSecondsAgo"].as_u64().unwrap() < 10, "{row}");
        assert!(row["lastActiveSecondsAgo"].as_u64().unwrap() < 10, "{row}");
        assert_eq!(row["address"], "127.0.0.1");
        assert_eq!(row["rememberMe"], false);
    }
}

#[tokio::test]
async fn ending_a_session_closes_the_sockets_of_that_device() {
    let world = World::start().await;
    let mut here = world.user().await;
    let mut there = world.browser();
    let id = there.log_in("user@example.com").await;
    let mut socket = Socket::enter(&there).await;
    assert_eq!(
        here.delete(&format!("/api/sessions/{id}")).await.status,
        204
    );
    socket.expect_end("REVOKED").await;
    there
        .get("/api/me")
        .await
        .expect_problem(401, "session_revoked");
    let again = here.delete(&format!("/api/sessions/{id}")).await;
    again.expect_problem(404, "not_found");
}

#[tokio::test]
async fn ending_all_others_leaves_this_one() {
    let world = World::start().await;
    let mut here = world.user().await;
    let mut own_socket = Socket::enter(&here).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(Socket::enter(&world.user().await).await);
    }
    assert_eq!(
        here.post("/api/sessions/end-others", json!({}))
            .await
            .status,
        204
    );
    for mut socket in sockets {
        socket.expect_end("REVOKED").await;
    }
    own_socket.send(json!({ "type": "heartbeat" })).await;
    own_socket.expect("heartbeat_ack").await;
    assert_eq!(
        here.get("/api/sessions")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn the_session_of_another_user_is_not_there() {
    let world = World::start().await;
    let mut here = world.user().await;
    let mut other = world.browser();
    let id = other.log_in("second@example.com").await;
    let answer = here.delete(&format!("/api/sessions/{id}")).await;
    answer.expect_problem(404, "not_found");
    assert_eq!(other.get("/api/me").await.status, 200);
}
