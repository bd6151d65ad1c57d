//! The store: sessions, accounts and what users keep, behind one trait.
//!
//! [`Store`] is the contract that every store keeps and one suite of tests proves on each of them.
//! A rule about sessions is written once, in Rust: it is decided on a row that was read, and
//! [`Store::swap`] writes the outcome only if nobody wrote in between. What a store adds is
//! durability, and that no write gets lost between two callers.
//!
//! Invariants: no password and no token is stored, only password hashes; a failure of the store is
//! a [`StoreError`], which callers answer with 503, never with 401.

mod account;
mod bucket;
mod change;
mod contract;
mod cut;
mod error;
mod event;
mod local;
mod note;
mod quota;
mod redis;
mod session;
mod sqlite;
mod upload;

use std::{sync::Arc, time::Duration};

use crate::StoreLocation;

pub use account::{Account, normalized};
pub use bucket::Bucket;
pub use change::change;
pub(crate) use change::{MOST_TRIES, contended};
pub use contract::Store;
pub use cut::Cut;
pub use error::StoreError;
pub use event::{Cursor, Event, Followed};
pub use note::Note;
pub use quota::{Placed, Quota};
pub use redis::RedisUrl;
pub use session::{SessionRow, SessionState};
pub use upload::Upload;

/// Networks of an account's owner that are remembered.
pub const MOST_HOMES: usize = 50;
/// How long a follower of the feed waits for something to happen.
const LONGEST_FOLLOW: Duration = Duration::from_millis(500);

/// Opens a store and brings what it holds up to date.
///
/// # Errors
///
/// A [`StoreError`] if it cannot be reached or was written by a later version of this program.
pub async fn open(location: &StoreLocation) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match location {
        StoreLocation::File(path) => Arc::new(sqlite::SqliteStore::open(Some(path)).await?),
        StoreLocation::Memory => Arc::new(sqlite::SqliteStore::open(None).await?),
        StoreLocation::Redis(url) => Arc::new(redis::RedisStore::open(url).await?),
    })
}
