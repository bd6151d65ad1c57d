//! The contract, kept by SQLite.
//!
//! Invariant: what writes goes to the writer, what reads to a reader, which sees every commit that
//! returned before it was asked.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use rusqlite::Connection;
use serde_json::Value;
use session_protocol::{EndReason, User};

use super::{connect, feed, homes, notes, sessions, uploads, users, worker::Worker};
use crate::{
    Moment,
    store::{
        Account, Bucket, Cursor, Cut, Event, Followed, LONGEST_FOLLOW, Note, Placed, Quota,
        SessionRow, SessionState, Store, StoreError, Upload, local::Local,
    },
};

/// Connections that read.
const READERS: usize = 2;
/// Sessions that end in one task, so that a caller is not kept waiting by a long one.
const CUT_AT_ONCE: usize = 500;
/// How late an end that another process wrote is heard of, at most.
const FEED_TICK: Duration = Duration::from_millis(200);

/// A store in an SQLite file, or in memory.
#[derive(Clone)]
pub(crate) struct SqliteStore {
    writer: Worker,
    reader: Worker,
    local: Arc<Local>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the file, or memory, and brings its tables up to date.
    pub(crate) async fn open(file: Option<&Path>) -> Result<Self, StoreError> {
        let file = file.map(Path::to_owned);
        tokio::task::spawn_blocking(move || Self::open_blocking(file.as_deref()))
            .await
            .map_err(|error| StoreError::new(error.to_string()))?
    }

    fn open_blocking(file: Option<&Path>) -> Result<Self, StoreError> {
        let no_thread = |error: std::io::Error| StoreError::new(error.to_string());
        let writer = Worker::writer(connect::writer(file)?).map_err(no_thread)?;
        let readers = (0..READERS).filter_map(|_| connect::reader(file).transpose());
        let readers: Vec<_> = readers.collect::<Result<_, _>>()?;
        let reader = if readers.is_empty() {
            writer.clone()
        } else {
            Worker::readers(readers).map_err(no_thread)?
        };
        Ok(Self {
            writer,
            reader,
            local: Arc::default(),
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.reader.run(work).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(
        &self,
        session: &SessionRow,
        replaces: &[String],
    ) -> Result<Option<Vec<String>>, StoreError> {
        let (session, replaces) = (session.clone(), replaces.to_vec());
        self.write(move |connection| {
            if !sessions::insert(connection, &session)? {
                return Ok(None);
            }
            let (reason, at) = (EndReason::Replaced, session.created_at);
            let mut ended = Vec::new();
            for id in replaces {
                if sessions::end(connection, &id, None, reason, at)? {
                    ended.push(id);
                }
            }
            Ok(Some(ended))
        })
        .await
    }

    async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let id = id.to_owned();
        self.read(move |connection| sessions::by_id(connection, &id))
            .await
    }

    async fn sessions(&self, ids: &[String]) -> Result<Vec<SessionRow>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| {
            let found = ids
                .iter()
                .filter_map(|id| sessions::by_id(connection, id).transpose());
            found.collect()
        })
        .await
    }

    async fn families(&self, families: &[String]) -> Result<Vec<SessionRow>, StoreError> {
        let families = families.to_vec();
        self.read(move |connection| sessions::by_families(connection, &families))
            .await
    }

    async fn foreign_families(&self, families: &[String]) -> Result<Vec<SessionRow>, StoreError> {
        self.families(families).await
    }

    async fn swap(&self, seen: &SessionRow, next: &SessionState) -> Result<bool, StoreError> {
        let (id, version, next) = (seen.id.clone(), seen.version, next.clone());
        self.write(move |connection| sessions::swap(connection, &id, version, &next))
            .await
    }

    async fn end(&self, id: &str, reason: EndReason, at: Moment) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| sessions::end(connection, &id, None, reason, at))
            .await
    }

    async fn expire(
        &self,
        seen: &SessionRow,
        reason: EndReason,
        at: Moment,
    ) -> Result<bool, StoreError> {
        let (id, version) = (seen.id.clone(), Some(seen.version));
        self.write(move |connection| sessions::end(connection, &id, version, reason, at))
            .await
    }

    async fn cut(&self, cut: &Cut) -> Result<Vec<String>, StoreError> {
        let mut all = Vec::new();
        loop {
            let cut = cut.clone();
            let some = self
                .write(move |connection| sessions::cut(connection, &cut, CUT_AT_ONCE))
                .await?;
            let is_last = some.len() < CUT_AT_ONCE;
            all.extend(some);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn living_of_user(&self, user: &str, now: Moment) -> Result<Vec<SessionRow>, StoreError> {
        let user = user.to_owned();
        self.read(move |connection| sessions::living_of_user(connection, &user, now))
            .await
    }

    async fn living(&self, now: Moment) -> Result<Vec<String>, StoreError> {
        self.read(move |connection| sessions::living(connection, now))
            .await
    }

    async fn count_living(&self, now: Moment) -> Result<u64, StoreError> {
        self.read(move |connection| sessions::count_living(connection, now))
            .await
    }

    async fn overdue(&self, now: Moment, most: usize) -> Result<Vec<String>, StoreError> {
        self.read(move |connection| sessions::overdue(connection, now, most))
            .await
    }

    async fn forget_ended(&self, before: Moment) -> Result<usize, StoreError> {
        self.write(move |connection| sessions::forget_ended(connection, before))
            .await
    }

    async fn add_account(&self, account: &Account) -> Result<bool, StoreError> {
        let account = account.clone();
        self.write(move |connection| users::insert(connection, &account))
            .await
    }

    async fn account(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let email = email.to_owned();
        self.read(move |connection| users::by_email(connection, &email))
            .await
    }

    async fn set_password(
        &self,
        user: &str,
        seen: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let [user, seen, hash] = [user, seen, password_hash].map(str::to_owned);
        self.write(move |connection| users::set_password(connection, &user, &seen, &hash))
            .await
    }

    async fn set_disabled(
        &self,
        email: &str,
        since: Option<Moment>,
    ) -> Result<Option<User>, StoreError> {
        let email = email.to_owned();
        self.write(move |connection| users::set_disabled(connection, &email, since))
            .await
    }

    async fn add_home(
        &self,
        account: &str,
        network: &str,
        now: Moment,
        until: Moment,
    ) -> Result<(), StoreError> {
        let [account, network] = [account, network].map(str::to_owned);
        self.write(move |connection| homes::insert(connection, &account, &network, now, until))
            .await
    }

    async fn home(
        &self,
        account: &str,
        network: &str,
        now: Moment,
    ) -> Result<Option<Moment>, StoreError> {
        let [account, network] = [account, network].map(str::to_owned);
        self.read(move |connection| homes::find(connection, &account, &network, now))
            .await
    }

    async fn notes(&self, user: &str) -> Result<Vec<Note>, StoreError> {
        let user = user.to_owned();
        self.read(move |connection| notes::list(connection, &user))
            .await
    }

    async fn note(&self, user: &str, id: &str) -> Result<Option<Note>, StoreError> {
        let (user, id) = (user.to_owned(), id.to_owned());
        self.read(move |connection| notes::find(connection, &user, &id))
            .await
    }

    async fn add_note(&self, user: &str, note: &Note, quota: Quota) -> Result<Placed, StoreError> {
        let (user, note) = (user.to_owned(), note.clone());
        self.write(move |connection| notes::insert(connection, &user, &note, quota))
            .await
    }

    async fn update_note(
        &self,
        user: &str,
        note: &Note,
        quota: Quota,
    ) -> Result<Placed, StoreError> {
        let (user, note) = (user.to_owned(), note.clone());
        self.write(move |connection| notes::update(connection, &user, &note, quota))
            .await
    }

    async fn delete_note(&self, user: &str, id: &str) -> Result<bool, StoreError> {
        let (user, id) = (user.to_owned(), id.to_owned());
        self.write(move |connection| notes::delete(connection, &user, &id))
            .await
    }

    async fn add_upload(
        &self,
        user: &str,
        id: &str,
        body: &[u8],
        now: Moment,
        quota: Quota,
    ) -> Result<Placed, StoreError> {
        let (user, id, body) = (user.to_owned(), id.to_owned(), body.to_vec());
        self.write(move |connection| uploads::insert(connection, &user, &id, &body, now, quota))
            .await
    }

    async fn delete_upload(&self, user: &str, id: &str) -> Result<bool, StoreError> {
        let (user, id) = (user.to_owned(), id.to_owned());
        self.write(move |connection| uploads::delete(connection, &user, &id))
            .await
    }

    async fn uploads(&self, user: &str) -> Result<Vec<Upload>, StoreError> {
        let user = user.to_owned();
        self.read(move |connection| uploads::list(connection, &user))
            .await
    }

    async fn publish(&self, event: &Event) -> Result<(), StoreError> {
        self.local.publish(event.clone());
        Ok(())
    }

    async fn update(&self, topic: &str, payload: Value) -> Result<(), StoreError> {
        self.local.update(topic, payload, Moment::now());
        Ok(())
    }

    async fn recent(&self, _: Duration) -> Result<Followed, StoreError> {
        let last = self.read(feed::last).await?;
        Ok(Followed {
            events: Vec::new(),
            next: Cursor(last, self.local.logged()),
            complete: true,
        })
    }

    async fn follow(&self, after: Cursor) -> Result<Followed, StoreError> {
        let deadline = Instant::now() + LONGEST_FOLLOW;
        loop {
            let (mut events, ends, whole_ends) = self
                .read(move |connection| feed::after(connection, after.0))
                .await?;
            let (others, logged, whole_log) = self.local.events_after(after.1);
            events.extend(others);
            let rest = deadline.saturating_duration_since(Instant::now());
            if !events.is_empty() || rest.is_zero() {
                return Ok(Followed {
                    events,
                    next: Cursor(ends, logged),
                    complete: whole_ends && whole_log,
                });
            }
            self.local.news(after.1, rest.min(FEED_TICK)).await;
        }
    }

    async fn keep(&self, key: &str, text: &str, lifetime: Duration) -> Result<(), StoreError> {
        self.local.keep(key, text, lifetime, Instant::now());
        Ok(())
    }

    async fn take(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.local.take(key, Instant::now()))
    }

    async fn fill(&self, buckets: &[Bucket], now: Moment) -> Result<(), StoreError> {
        self.local.fill(buckets, now);
        Ok(())
    }

    async fn wait(&self, buckets: &[Bucket], now: Moment) -> Result<Option<Duration>, StoreError> {
        Ok(self.local.wait(buckets, now))
    }

    async fn lease(&self, task: &str, server: &str, term: Duration) -> Result<bool, StoreError> {
        Ok(self.local.lease(task, server, term, Instant::now()))
    }

    async fn sum(
        &self,
        server: &str,
        numbers: &[u64],
        term: Duration,
    ) -> Result<Vec<u64>, StoreError> {
        Ok(self.local.sum(server, numbers, term, Instant::now()))
    }

    fn can_lose_writes(&self) -> bool {
        false
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let look = |connection: &Connection| connection.query_row("SELECT 1", [], |row| row.get(0));
        let (read, written) = tokio::join!(self.read::<i64>(look), self.write::<i64>(look));
        read.and(written).map(|_| ())
    }
}
