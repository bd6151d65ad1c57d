//! The pure session client: everything that decides, and nothing else.
//!
//! A web app that logs in over HTTP and stays live over a socket has one session in three bodies:
//! a cookie, a socket and a row of tabs. [`Client`] gives them one life and one death. It knows no
//! browser, no clock, no randomness and no async, so the same code runs in the browser, in native
//! tests, in a simulator and in a fuzzer.
//!
//! # The caller's contract
//!
//! *One input, one [`Client::handle`], run all effects in order, re-arm the one timer from
//! [`Client::next_deadline`]; effects never call back synchronously, their results return as
//! inputs through a queue.*
//!
//! # The life of a session
//!
//! ```text
//!             Started                    refreshed
//!  (page) ──────────────▶ Restoring ─────────────────────┐
//!                             │ no session               ▼    warned
//!            LogIn            ▼                        Active ◀──────▶ Warned
//!  Authenticating ◀────── Anonymous ◀── LoggingOut ◀─────┤  extended    │
//!     │    ▲  └───────────────────────── logged in ──────▶│              │
//!     │    │ LogIn                                        ▼  any verdict │
//!     │    └───────────────────────────────────────── Expired ◀──────────┘
//!     └── refused: back to Anonymous or Expired
//! ```
//!
//! * **Inputs** are past-tense facts ([`Input`]), **effects** are imperatives ([`Effect`]).
//! * Every login, logout and expiry starts a new [`SessionEpoch`]. Answers carry the [`CallId`] of
//!   their question and facts of a socket its [`SocketId`]; what belongs to an earlier life matches
//!   nothing and is a recorded no-op. A thousand expiry signals give one expiry.
//! * The server decides. A network error, a timeout or a 5xx ends nothing; a local deadline only
//!   asks a question.
//! * [`Client::handle`] is total: it never panics and never blocks, and an input that means nothing
//!   in the current state is recorded in the [`timeline`] with the reason why it was ignored.

#![forbid(unsafe_code)]

mod activity;
mod assurance;
mod backoff;
mod client;
mod command;
mod connection;
mod draw;
mod effect;
mod epoch;
mod failure;
mod few;
mod ids;
mod input;
mod inquiry;
mod pace;
pub mod policy;
mod presence;
mod requests;
mod revocation;
mod seeded;
mod session;
mod tabs;
mod time;
pub mod timeline;
mod token;
mod topics;
mod view;

pub use assurance::Assurance;
pub use client::Client;
pub use command::Command;

pub use effect::{Effect, LockName, RequestFailure};
pub use epoch::SessionEpoch;
pub use failure::HttpFailure;
pub use ids::{CallId, LockId, RequestId, SocketId};
pub use input::{Input, Replay};
pub use policy::Policy;
pub use presence::{Milestone, Presence};
pub use seeded::SeededBug;
pub use session::{Extension, LoginFailure};
pub use time::Moment;
pub use token::AccessToken;
pub use view::{ConnectionStatus, LoginStatus, Phase, SessionView, Warning};
