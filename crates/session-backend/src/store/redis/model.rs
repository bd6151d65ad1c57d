//! How sessions are written.
//!
//! Invariant: what never changes is one text and what may change another, as in [`SessionRow`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use session_protocol::{EndReason, User};

use crate::{
    Moment,
    store::{SessionRow, StoreError},
};

/// A hash as Redis answers it.
pub(super) type Fields = BTreeMap<String, String>;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fixed {
    id: String,
    family: String,
    user: User,
    created_at: Moment,
    absolute_deadline: Moment,
    remember_me: bool,
    user_agent: String,
    address: String,
}

/// Writes what never changes of a session.
pub(super) fn fixed(row: &SessionRow) -> Result<String, StoreError> {
    text(&Fixed {
        id: row.id.clone(),
        family: row.family.clone(),
        user: row.user.clone(),
        created_at: row.created_at,
        absolute_deadline: row.absolute_deadline,
        remember_me: row.remember_me,
        user_agent: row.user_agent.clone(),
        address: row.address.clone(),
    })
}

/// Reads a session.
pub(super) fn row(fields: &Fields) -> Result<SessionRow, StoreError> {
    let field = |name: &str| fields.get(name).map(String::as_str).ok_or_else(damaged);
    let fixed: Fixed = serde_json::from_str(field("fixed")?).map_err(|_| damaged())?;
    let ended = fields.get("ended");
    Ok(SessionRow {
        id: fixed.id,
        family: fixed.family,
        user: fixed.user,
        created_at: fixed.created_at,
        absolute_deadline: fixed.absolute_deadline,
        remember_me: fixed.remember_me,
        user_agent: fixed.user_agent,
        address: fixed.address,
        state: serde_json::from_str(field("state")?).map_err(|_| damaged())?,
        version: field("version")?.parse().map_err(|_| damaged())?,
        ended: ended.map(|code| EndReason::parse(code).unwrap_or(EndReason::NoSession)),
    })
}

/// Writes a value as JSON.
pub(super) fn text<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::new(error.to_string()))
}

/// What was read is not what was written.
pub(super) fn damaged() -> StoreError {
    StoreError::new("expected what this program wrote, found something else under a key `ls:`")
}
