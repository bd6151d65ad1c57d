//! The contract, kept by Redis.
//!
//! Invariant: what a promise rests on is confirmed by replicas, if any are asked for; failures, tasks,
//! counts and updates are not worth the wait.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use session_protocol::{EndReason, User};

use super::{
    accounts,
    feed::{self, Feed},
    link::Link,
    sessions, shared,
    url::RedisUrl,
};
use crate::{
    Moment,
    store::{
        Account, Bucket, Cursor, Cut, Event, Followed, Note, Placed, Quota, SessionRow,
        SessionState, Store, StoreError, Upload,
    },
};

/// A store on a Redis server.
pub(crate) struct RedisStore {
    link: Link,
    feed: Feed,
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

impl RedisStore {
    /// Connects.
    pub(crate) async fn open(url: &RedisUrl) -> Result<Self, StoreError> {
        Ok(Self {
            link: Link::open(url).await?,
            feed: Feed::default(),
        })
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn begin(
        &self,
        session: &SessionRow,
        replaces: &[String],
    ) -> Result<Option<Vec<String>>, StoreError> {
        sessions::begin(&self.link, session, replaces).await
    }

    async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        sessions::by_id(&self.link, id).await
    }

    async fn sessions(&self, ids: &[String]) -> Result<Vec<SessionRow>, StoreError> {
        sessions::readable(&self.link, ids).await
    }

    async fn families(&self, families: &[String]) -> Result<Vec<SessionRow>, StoreError> {
        sessions::by_families(&self.link, families).await
    }

    async fn foreign_families(&self, families: &[String]) -> Result<Vec<SessionRow>, StoreError> {
        sessions::by_foreign_families(&self.link, families).await
    }

    async fn swap(&self, seen: &SessionRow, next: &SessionState) -> Result<bool, StoreError> {
        sessions::swap(&self.link, seen, next).await
    }

    async fn end(&self, id: &str, reason: EndReason, at: Moment) -> Result<bool, StoreError> {
        sessions::end(&self.link, id, None, reason, at).await
    }

    async fn expire(
        &self,
        seen: &SessionRow,
        reason: EndReason,
        at: Moment,
    ) -> Result<bool, StoreError> {
        sessions::end(&self.link, &seen.id, Some(seen.version), reason, at).await
    }

    async fn cut(&self, cut: &Cut) -> Result<Vec<String>, StoreError> {
        sessions::cut(&self.link, cut).await
    }

    async fn living_of_user(&self, user: &str, now: Moment) -> Result<Vec<SessionRow>, StoreError> {
        sessions::living_of_user(&self.link, user, now).await
    }

    async fn living(&self, now: Moment) -> Result<Vec<String>, StoreError> {
        sessions::living(&self.link, now).await
    }

    async fn count_living(&self, now: Moment) -> Result<u64, StoreError> {
        sessions::count_living(&self.link, now).await
    }

    async fn overdue(&self, now: Moment, most: usize) -> Result<Vec<String>, StoreError> {
        sessions::overdue(&self.link, now, most).await
    }

    async fn forget_ended(&self, before: Moment) -> Result<usize, StoreError> {
        sessions::forget_ended(&self.link, before).await
    }

    async fn add_account(&self, account: &Account) -> Result<bool, StoreError> {
        accounts::add(&self.link, account).await
    }

    async fn account(&self, email: &str) -> Result<Option<Account>, StoreError> {
        accounts::find(&self.link, email).await
    }

    async fn set_password(
        &self,
        user: &str,
        seen: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        accounts::set_password(&self.link, user, seen, password_hash).await
    }

    async fn set_disabled(
        &self,
        email: &str,
        since: Option<Moment>,
    ) -> Result<Option<User>, StoreError> {
        accounts::set_disabled(&self.link, email, since).await
    }

    async fn add_home(
        &self,
        account: &str,
        network: &str,
        now: Moment,
        until: Moment,
    ) -> Result<(), StoreError> {
        shared::add_home(&self.link, account, network, now, until).await
    }

    async fn home(
        &self,
        account: &str,
        network: &str,
        now: Moment,
    ) -> Result<Option<Moment>, StoreError> {
        shared::home(&self.link, account, network, now).await
    }

    async fn notes(&self, user: &str) -> Result<Vec<Note>, StoreError> {
        accounts::notes(&self.link, user).await
    }

    async fn note(&self, user: &str, id: &str) -> Result<Option<Note>, StoreError> {
        accounts::note(&self.link, user, id).await
    }

    async fn add_note(&self, user: &str, note: &Note, quota: Quota) -> Result<Placed, StoreError> {
        accounts::add_note(&self.link, user, note, quota).await
    }

    async fn update_note(
        &self,
        user: &str,
        note: &Note,
        quota: Quota,
    ) -> Result<Placed, StoreError> {
        accounts::update_note(&self.link, user, note, quota).await
    }

    async fn delete_note(&self, user: &str, id: &str) -> Result<bool, StoreError> {
        accounts::delete_note(&self.link, user, id).await
    }

    async fn add_upload(
        &self,
        user: &str,
        id: &str,
        body: &[u8],
        now: Moment,
        quota: Quota,
    ) -> Result<Placed, StoreError> {
        accounts::add_upload(&self.link, user, id, body, now, quota).await
    }

    async fn delete_upload(&self, user: &str, id: &str) -> Result<bool, StoreError> {
        accounts::delete_upload(&self.link, user, id).await
    }

    async fn uploads(&self, user: &str) -> Result<Vec<Upload>, StoreError> {
        accounts::uploads(&self.link, user).await
    }

    async fn publish(&self, event: &Event) -> Result<(), StoreError> {
        feed::publish(&self.link, event).await
    }

    async fn update(&self, topic: &str, payload: Value) -> Result<(), StoreError> {
        feed::update(&self.link, topic, &payload, Moment::now()).await
    }

    async fn recent(&self, window: Duration) -> Result<Followed, StoreError> {
        self.feed.recent(&self.link, window).await
    }

    async fn follow(&self, after: Cursor) -> Result<Followed, StoreError> {
        self.feed.follow(&self.link, after).await
    }

    async fn keep(&self, key: &str, text: &str, lifetime: Duration) -> Result<(), StoreError> {
        shared::keep(&self.link, key, text, lifetime).await
    }

    async fn take(&self, key: &str) -> Result<Option<String>, StoreError> {
        shared::take(&self.link, key).await
    }

    async fn fill(&self, buckets: &[Bucket], now: Moment) -> Result<(), StoreError> {
        shared::fill(&self.link, buckets, now).await
    }

    async fn wait(&self, buckets: &[Bucket], now: Moment) -> Result<Option<Duration>, StoreError> {
        shared::wait(&self.link, buckets, now).await
    }

    async fn lease(&self, task: &str, server: &str, term: Duration) -> Result<bool, StoreError> {
        shared::lease(&self.link, task, server, term).await
    }

    async fn sum(
        &self,
        server: &str,
        numbers: &[u64],
        term: Duration,
    ) -> Result<Vec<u64>, StoreError> {
        shared::sum(&self.link, server, numbers, term).await
    }

    fn can_lose_writes(&self) -> bool {
        true
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.link.ask(redis::pipe().ping().ignore()).await
    }
}
