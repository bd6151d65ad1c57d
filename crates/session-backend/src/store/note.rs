//! A note, the work that a session protects.
//!
//! Invariant: a note has one owner, whom every call names; to others it is simply not there.

use serde::{Deserialize, Serialize};

/// A note.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Identifier.
    pub id: String,
    /// Title, one line.
    pub title: String,
    /// Text.
    pub text: String,
    /// Last change, in seconds since the Unix epoch.
    pub updated_at: u64,
}
