//! A browser with several tabs of one application: real clients on one virtual clock, a channel
//! between them, Web Locks, and a scripted server behind all of them.
//!
//! Invariants, checked at each step: a tab has at most one claim on a lock of a name, and a tab
//! without a session has none; an update reaches a tab at most once and never out of order.

mod locks;
mod server;
mod tabs;
mod user;

pub(crate) use tabs::Browser;
pub(crate) use user::Sight;
