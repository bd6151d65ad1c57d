//! How much a user may keep, and the refusal beyond it.
//!
//! Invariant: the list of a user's notes fits in one answer, since their texts together do.

use axum::http::StatusCode;

use crate::{
    problem::Refusal,
    store::{Placed, Quota},
};

/// Notes of a user; the list of them carries their texts.
pub(crate) const NOTES: Quota = Quota {
    most: 1_000,
    bytes: 4 * 1024 * 1024,
};
/// Uploads of a user.
pub(crate) const UPLOADS: Quota = Quota {
    most: 100,
    bytes: 100 * 1024 * 1024,
};

/// Refuses what was not written.
pub(super) fn demand(placed: Placed, quota: Quota, what: &str) -> Result<(), Refusal> {
    match placed {
        Placed::Done => Ok(()),
        Placed::Missing => Err(Refusal::not_found()),
        Placed::Full => {
            let Quota { most, bytes } = quota;
            let detail = format!(
                "expected at most {most} {what} with {bytes} bytes together; delete some first"
            );
            let status = StatusCode::CONFLICT;
            Err(Refusal::new(status, "quota_exceeded", detail))
        }
    }
}
