//! One session across HTTP, WebSocket and every tab, for Leptos apps.
//!
//! [`provide_session`] starts the session of a page, [`use_session`] finds it; [`ui`] has the
//! dialogs, the guard and the login form. What decides is in [`core`], which knows no browser.
//!
#![doc = include_str!("../README.md")]
#![allow(
    unreachable_pub,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    reason = "the component macro makes public items of private functions, takes properties by \
              value, and nobody forgets to use a component"
)]

pub mod app;
pub mod platform;
pub mod service;
pub mod ui;

pub use service::{
    Draft, Request, RequestError, Session, Subscription, Update, provide_session, use_session,
};
pub use session_core as core;
pub use session_protocol as protocol;
