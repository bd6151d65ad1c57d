//! Bodies of requests.
//!
//! Invariant: a body is read as JSON only if it says that it is.

use axum::{body::Bytes, http::HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;
use session_protocol::{WireError, http::parse_body};

use crate::{origins, problem::Refusal};

/// Reads a body of the session protocol.
pub(super) fn object(body: &Bytes) -> Result<Value, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| WireError::NotJson)?;
    Ok(parse_body(text)?)
}

/// Reads a body of the application.
pub(super) fn typed<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Refusal> {
    origins::demand_json(headers)?;
    serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            Refusal::invalid("expected other fields in the body, see the API description")
        } else {
            WireError::NotJson.into()
        }
    })
}
