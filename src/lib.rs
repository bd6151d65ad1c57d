//! One session across HTTP, WebSocket and every tab, for Leptos apps.

pub mod platform;
pub mod service;
pub mod ui;

pub use service::{
    Draft, Request, RequestError, Session, Subscription, Update, provide_session, use_session,
};
pub use session_core as core;
pub use session_protocol as protocol;
