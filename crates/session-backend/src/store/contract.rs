//! What every store does.
//!
//! Invariants: a write that returned `Ok` is durable and seen by every later read, from whatever
//! process; an end is final and its first reason stays; a session is written only where it was not
//! written since it was read. One suite proves them on each store.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use session_protocol::{EndReason, User};

use super::{
    Account, Bucket, Cursor, Cut, Event, Followed, Note, Placed, Quota, SessionRow, SessionState,
    StoreError, Upload,
};
use crate::Moment;

/// A store.
///
/// # Errors
///
/// Every call returns a [`StoreError`] if the store does not answer within about a second or
/// cannot do what was asked; whether it was done is then unknown.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Adds a session and ends those that it replaces, in one step; returns which of them it
    /// ended, or nothing if the account is disabled or gone, and then nothing has happened.
    async fn begin(
        &self,
        session: &SessionRow,
        replaces: &[String],
    ) -> Result<Option<Vec<String>>, StoreError>;

    /// Finds a session, living or ended.
    async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError>;

    /// Finds sessions, living or ended, in any order; those that are not there are left out.
    async fn sessions(&self, ids: &[String]) -> Result<Vec<SessionRow>, StoreError>;

    /// Finds the sessions of refresh families, living or ended, in any order. That one of them is
    /// not there, though it may come back after a fail-over, is an error.
    async fn families(&self, families: &[String]) -> Result<Vec<SessionRow>, StoreError>;

    /// The same of families that may never have been in this store; those that are not there are
    /// left out.
    async fn foreign_families(&self, families: &[String]) -> Result<Vec<SessionRow>, StoreError>;

    /// Replaces the state of a session that lives and is still as `seen`; returns whether it was.
    async fn swap(&self, seen: &SessionRow, next: &SessionState) -> Result<bool, StoreError>;

    /// Ends a session, whatever was written since; returns whether it was this call that did.
    async fn end(&self, id: &str, reason: EndReason, at: Moment) -> Result<bool, StoreError>;

    /// Ends a session that lives and is still as `seen`; returns whether it was.
    async fn expire(
        &self,
        seen: &SessionRow,
        reason: EndReason,
        at: Moment,
    ) -> Result<bool, StoreError>;

    /// Ends the living sessions of a user, or of everybody, besides one; returns which it ended.
    async fn cut(&self, cut: &Cut) -> Result<Vec<String>, StoreError>;

    /// Lists the living sessions of a user, newest first.
    async fn living_of_user(&self, user: &str, now: Moment) -> Result<Vec<SessionRow>, StoreError>;

    /// Lists the identifiers of all living sessions.
    async fn living(&self, now: Moment) -> Result<Vec<String>, StoreError>;

    /// Counts the living sessions.
    async fn count_living(&self, now: Moment) -> Result<u64, StoreError>;

    /// Lists at most `most` sessions whose time has passed but that nobody has ended yet.
    async fn overdue(&self, now: Moment, most: usize) -> Result<Vec<String>, StoreError>;

    /// Forgets sessions that ended before `before`; returns how many.
    async fn forget_ended(&self, before: Moment) -> Result<usize, StoreError>;

    /// Adds an account; returns whether the address was free.
    async fn add_account(&self, account: &Account) -> Result<bool, StoreError>;

    /// Finds an account by its [normalized](super::normalized) address.
    async fn account(&self, email: &str) -> Result<Option<Account>, StoreError>;

    /// Replaces the password hash of a user if it is still `seen`; returns whether it was.
    async fn set_password(
        &self,
        user: &str,
        seen: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError>;

    /// Disables an account, or enables it again; returns whose it is, if there is one.
    async fn set_disabled(
        &self,
        email: &str,
        since: Option<Moment>,
    ) -> Result<Option<User>, StoreError>;

    /// Remembers until a moment that an account's owner is at home in a network; of more than
    /// [`MOST_HOMES`](super::MOST_HOMES), those whose time is over first are forgotten.
    async fn add_home(
        &self,
        account: &str,
        network: &str,
        now: Moment,
        until: Moment,
    ) -> Result<(), StoreError>;

    /// Returns until when a network is a home of an account's owner, if it is.
    async fn home(
        &self,
        account: &str,
        network: &str,
        now: Moment,
    ) -> Result<Option<Moment>, StoreError>;

    /// Lists a user's notes, newest first.
    async fn notes(&self, user: &str) -> Result<Vec<Note>, StoreError>;

    /// Finds a note of a user.
    async fn note(&self, user: &str, id: &str) -> Result<Option<Note>, StoreError>;

    /// Adds a note, if there is room.
    async fn add_note(&self, user: &str, note: &Note, quota: Quota) -> Result<Placed, StoreError>;

    /// Overwrites a note of a user, if there is room; for what gets shorter there always is.
    async fn update_note(
        &self,
        user: &str,
        note: &Note,
        quota: Quota,
    ) -> Result<Placed, StoreError>;

    /// Deletes a note of a user; returns whether it was there.
    async fn delete_note(&self, user: &str, id: &str) -> Result<bool, StoreError>;

    /// Stores an upload, if there is room.
    async fn add_upload(
        &self,
        user: &str,
        id: &str,
        body: &[u8],
        now: Moment,
        quota: Quota,
    ) -> Result<Placed, StoreError>;

    /// Deletes an upload of a user; returns whether it was there.
    async fn delete_upload(&self, user: &str, id: &str) -> Result<bool, StoreError>;

    /// Lists a user's uploads, newest first.
    async fn uploads(&self, user: &str) -> Result<Vec<Upload>, StoreError>;

    /// Tells all servers of this store; what ends a session tells them by itself.
    async fn publish(&self, event: &Event) -> Result<(), StoreError>;

    /// Tells all servers an update of a topic, with the number after the last one's.
    async fn update(&self, topic: &str, payload: Value) -> Result<(), StoreError>;

    /// Returns what the feed still holds of the last `window`, and where it goes on.
    async fn recent(&self, window: Duration) -> Result<Followed, StoreError>;

    /// Returns what happened after a place in the feed, or waits for it, half a second at most.
    async fn follow(&self, after: Cursor) -> Result<Followed, StoreError>;

    /// Keeps a text under a key for `lifetime`, or until it is taken.
    async fn keep(&self, key: &str, text: &str, lifetime: Duration) -> Result<(), StoreError>;

    /// Takes the text that is kept under a key; only one caller gets it.
    async fn take(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Counts one more in all buckets.
    async fn fill(&self, buckets: &[Bucket], now: Moment) -> Result<(), StoreError>;

    /// Returns how long until no bucket is full, if one is.
    async fn wait(&self, buckets: &[Bucket], now: Moment) -> Result<Option<Duration>, StoreError>;

    /// Takes a task that one server does for all, or keeps it for another `term`; returns whether
    /// it is the caller's.
    async fn lease(&self, task: &str, server: &str, term: Duration) -> Result<bool, StoreError>;

    /// Says what a server counts, for `term`; returns the sums over all servers.
    async fn sum(
        &self,
        server: &str,
        numbers: &[u64],
        term: Duration,
    ) -> Result<Vec<u64>, StoreError>;

    /// Returns whether a fail-over can take back what was acknowledged.
    fn can_lose_writes(&self) -> bool;

    /// Returns if the store answers.
    async fn ping(&self) -> Result<(), StoreError>;
}
