//! What crosses a boundary: socket messages, close codes, HTTP bodies, tab notices, configuration.
//!
//! Both sides of the wire use these types, so the contract has one definition. Decoding is done in
//! two steps, text to [`serde_json::Value`] and value to type, because one parser instance is
//! small in a browser bundle and because names can then be compared the same tolerant way
//! everywhere: without case, `_`, `-` and spaces ([`names::same_name`]). `expiresIn`, `expires_in`
//! and `EXPIRES-IN` are one name; so are `SESSION_EXPIRED` and `sessionExpired`.
//!
//! Invariants: no input makes decoding panic; every refusal is a typed [`WireError`]; nothing in
//! this crate knows a clock, a browser or a server framework; no type that holds a token has a
//! `Debug` that shows it.

#![forbid(unsafe_code)]

pub mod close;
pub mod config;
pub mod duration;
pub mod end_reason;
pub mod error;
pub mod http;
pub mod message;
pub mod names;
pub mod secret;
pub mod session;
pub mod tab;

mod json;
mod text;

pub use close::CloseCode;
pub use config::SessionConfig;
pub use end_reason::EndReason;
pub use error::WireError;
pub use json::{MAX_COUNT, MAX_DEPTH, object, parse, write};
pub use message::{ClientMessage, MAX_MESSAGE_BYTES, MessageNames, ServerMessage, WarningCause};
pub use secret::Secret;
pub use serde_json::Value;
pub use session::{ActiveSession, SessionStatus, User};
pub use tab::{SharedSocket, TabNotice, TabNoticeKind};
