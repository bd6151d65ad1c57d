//! Reference backend of leptos-session: accounts, sessions, rotation, sockets, a store.
//!
//! It makes the first command of the project work on a fresh machine, and it is the executable
//! form of the contract. [`start`] runs a server on a listener, so that tests can have one on a
//! port of their own; [`execute`] is the program.
//!
//! Where a change goes: what a limit means is in `limits`, what refresh tokens do in `rotation`,
//! how sessions begin and end in `life`, who may call in `origins` and `http::caller`, who hears
//! of it in `hub`, one connection in `socket::connection`, what is kept and how in [`store`].
//!
//! Invariants: the store is asked at every use of a session; a failure of the store never looks
//! like the end of a session; nothing secret is stored, logged or answered, besides the access
//! token in a body and the refresh token in its cookie.

#![forbid(unsafe_code)]

mod access_token;
mod accounts;
mod app;
mod asset_file;
mod assets;
mod client_address;
mod clock;
mod cluster;
mod command;
mod config;
mod cookie;
mod demo;
mod events;
mod flags;
mod hs256;
mod http;
mod hub;
mod keys;
mod life;
mod limiter;
mod limits;
mod limits_table;
mod listening;
mod logging;
mod metrics;
mod origins;
mod passwords;
mod policy;
mod problem;
mod quantity;
pub mod rotation;
mod secrets;
mod security_headers;
mod server;
mod socket;
pub mod store;
mod system;
mod terminal;
mod tickets;
mod topic;
mod upkeep;
mod write_deadline;

pub use clock::Moment;
pub use command::execute;
pub use config::{Config, StoreLocation};
pub use flags::Flags;
pub use http::{Credential, Guard, Route, routes};
pub use keys::{KeyError, RefreshKeys};
pub use limits_table::{LimitRow, limits};
pub use policy::{Policy, PolicyRule};
pub use server::{Server, StartError, start};
