//! What is told about an uploaded file.
//!
//! Invariant: the bytes are stored whole or not at all, and never told again.

use serde::{Deserialize, Serialize};

/// What is told about an upload.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Identifier.
    pub id: String,
    /// Length in bytes.
    pub size: usize,
    /// Arrival, in seconds since the Unix epoch.
    pub created_at: u64,
}
