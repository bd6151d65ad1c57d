//! The store fails: that never looks like the end of a session.

use serde_json::json;
use session_backend::StoreLocation;

use crate::support::World;

#[tokio::test]
async fn a_store_that_does_not_answer_is_503_and_afterwards_all_is_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let location = StoreLocation::File(path.clone());
    let world = World::start_with(|config| config.store = location).await;
    let mut browser = world.user().await;
    let lock = rusqlite::Connection::open(&path).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = browser.refresh().await;
    answer.expect_problem(503, "store_unavailable");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(answer.header("retry-after"), "1");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(
        browser.post("/api/session/extend", json!({})).await.status,
        200
    );
}

#[tokio::test]
async fn the_keys_are_readable_by_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    World::start_with(|config| config.store = StoreLocation::File(path)).await;
    let keys = folder.path().join("store.sqlite-key");
    let mode = std::fs::metadata(keys).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
