//! Ending many sessions.
//!
//! Invariant: an end that fails keeps no other from being tried.

use std::sync::Arc;

use session_protocol::EndReason;
use tokio::task::JoinSet;

use super::{Store, StoreError};
use crate::Moment;

/// Ends that are asked for at once; they share commits, and a store's queue stays short.
const AT_ONCE: usize = 100;

/// Ends sessions, and calls `ended` for each that lived; returns how many did.
///
/// # Errors
///
/// The first [`StoreError`], after all have been tried.
pub(crate) async fn end_all(
    store: &Arc<dyn Store>,
    ids: Vec<String>,
    reason: EndReason,
    mut ended: impl FnMut(&str),
) -> Result<usize, StoreError> {
    let (mut count, mut failure) = (0, None);
    for some in ids.chunks(AT_ONCE) {
        let mut ends = JoinSet::new();
        for id in some.iter().cloned() {
            let store = Arc::clone(store);
            ends.spawn(async move {
                let end = store.end(&id, reason, Moment::now()).await;
                (id, end)
            });
        }
        for (id, end) in ends.join_all().await {
            match end {
                Ok(true) => {
                    count += 1;
                    ended(&id);
                }
                Ok(false) => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
    }
    failure.map_or(Ok(count), Err)
}
