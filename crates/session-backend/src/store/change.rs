//! Reading, deciding and writing without a lock.
//!
//! Invariant: a decision is written only onto the row that it was made on.

use super::{SessionRow, SessionState, Store, StoreError};

/// How often a decision is made anew because somebody else was faster.
pub(crate) const MOST_TRIES: usize = 8;

/// Writes what `next` makes of a session, again while somebody else was faster; nothing is written
/// if it makes nothing of it. Returns the session as it then is, or nothing if it is over.
///
/// # Errors
///
/// A [`StoreError`] if the store fails, or if others were faster every time.
pub async fn change(
    store: &dyn Store,
    mut seen: SessionRow,
    next: impl Fn(&SessionRow) -> Option<SessionState> + Send,
) -> Result<Option<SessionRow>, StoreError> {
    for _ in 0..MOST_TRIES {
        if seen.ended.is_some() {
            return Ok(None);
        }
        let Some(state) = next(&seen) else {
            return Ok(Some(seen));
        };
        if store.swap(&seen, &state).await? {
            return Ok(Some(seen.with(state)));
        }
        match store.session(&seen.id).await? {
            Some(found) => seen = found,
            None => return Ok(None),
        }
    }
    Err(contended())
}

/// Others were faster every time.
pub(crate) fn contended() -> StoreError {
    StoreError::new("a session was written by others again and again")
}
