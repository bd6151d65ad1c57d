//! What every store does: each case runs on an SQLite file, on SQLite in memory and on Redis.
//!
//! Invariant: a case knows nothing of the store but its contract.

mod accounts;
mod sessions;
mod shared;

use std::{sync::Arc, time::Duration};

use session_backend::{
    Moment, StoreLocation,
    store::{self, Account, SessionRow, SessionState, Store},
};
use session_protocol::User;
use tempfile::TempDir;

use crate::support::Redis;

/// A store, and what it stands on.
pub(crate) struct Ground {
    pub(crate) store: Arc<dyn Store>,
    _folder: Option<TempDir>,
    _redis: Option<Redis>,
}

impl Ground {
    pub(crate) async fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = StoreLocation::File(folder.path().join("store.sqlite"));
        Self {
            store: store::open(&location).await.unwrap(),
            _folder: Some(folder),
            _redis: None,
        }
    }

    pub(crate) async fn memory() -> Self {
        Self {
            store: store::open(&StoreLocation::Memory).await.unwrap(),
            _folder: None,
            _redis: None,
        }
    }

    pub(crate) async fn redis() -> Self {
        let redis = Redis::start().await;
        Self {
            store: store::open(&redis.location()).await.unwrap(),
            _folder: None,
            _redis: Some(redis),
        }
    }
}

/// Makes a test of each case on each store.
macro_rules! on_each_store {
    ($($case:ident)*) => {
        mod file {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case($crate::conformance::Ground::file().await.store).await;
            })*
        }
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case($crate::conformance::Ground::memory().await.store).await;
            })*
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case($crate::conformance::Ground::redis().await.store).await;
            })*
        }
    };
}
pub(crate) use on_each_store;

/// When everything begins.
pub(crate) const START: Moment = Moment(1_800_000_000_000);

pub(crate) fn after(millis: u64) -> Moment {
    START.plus(Duration::from_millis(millis))
}

/// Adds an account that is called by its number.
pub(crate) async fn user(store: &dyn Store, number: u32) -> User {
    let account = account(number);
    assert!(store.add_account(&account).await.unwrap());
    account.user
}

pub(crate) fn account(number: u32) -> Account {
    Account {
        user: User {
            id: format!("user-{number}"),
            email: format!("{number}@example.com"),
            name: format!("User {number}"),
        },
        password_hash: format!("hash {number}"),
        disabled_at: None,
    }
}

/// Writes a session down that begins now and ends in a second unless there is activity, in ten in
/// any case.
pub(crate) fn session(user: &User, name: &str, now: Moment) -> SessionRow {
    SessionRow {
        id: format!("session-{name}"),
        family: format!("family-{name}"),
        user: user.clone(),
        created_at: now,
        absolute_deadline: now.plus(Duration::from_secs(10)),
        remember_me: true,
        user_agent: "agent \"7\"".to_owned(),
        address: "::1".to_owned(),
        state: SessionState::begun(now, now.plus(Duration::from_secs(1))),
        version: 0,
        ended: None,
    }
}

/// Begins a session of a user that is added for it.
pub(crate) async fn begun(store: &dyn Store) -> SessionRow {
    let user = user(store, 1).await;
    let row = session(&user, "a", START);
    assert_eq!(store.begin(&row, &[]).await, Ok(Some(Vec::new())));
    row
}
