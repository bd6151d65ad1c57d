//! The server: sessions, refresh families, sockets, and what survives a crash.
//!
//! It is the contract of the reference backend as a state and functions on it. Times are durations
//! on the server's own clock, handed in by the caller as `now`; they never go back.
//!
//! * HTTP: [`Server::handle`] does a whole call at once. [`Server::begin_refresh`] and
//!   [`Server::commit_refresh`] split a refresh, so that something else can happen in between.
//! * A crash before the commit is a request that is never handled (or begun and not committed); a
//!   crash between commit and answer is a response that is dropped; then [`Server::crash`].
//! * Sockets: [`Server::open_socket`], [`Server::receive`], [`Server::lose_socket`],
//!   [`Server::publish`], [`Server::shut_down`].
//! * Time: [`Server::tick`] does what is due; [`Server::next_deadline`] says when something is.
//!
//! Each family keeps a [`Ledger`]: what really happened, noted by an observer that no seeded bug
//! reaches. The invariants in [`invariants`] compare the two.
//!
//! # Decisions
//!
//! * A predecessor inside the grace that was tolerated too often is answered 429 with
//!   `Retry-After`, not taken for a theft: ten honest tabs may race.
//! * A successor that was never seen is issued again as often as it takes
//!   ([`Reissues::WhileUnseen`]): a second lost answer is no theft.
//! * Any presentation of the current refresh token marks it as seen, not only a refresh.
//! * A refresh cookie that a refresh would take for a theft ends its family whatever call brings
//!   it: the owner who is behind may never refresh again. A logout ends it anyway.
//! * A refresh ends the older sessions that two logins at once left in a browser.

mod access_token;
mod calls;
mod cookie;
mod event;
mod family;
mod fault;
mod ids;
pub mod invariants;
mod ledger;
mod life;
mod policy;
mod refresh;
mod request;
mod response;
mod rotation;
mod sockets;
mod state;
mod upkeep;

pub use access_token::AccessToken;
pub use cookie::{CookieName, Jar, RefreshToken, SetCookie};
pub use event::{Push, Sent, SocketEvent, TOPIC};
pub use family::Family;
pub use fault::Fault;
pub use ids::{ConnectionId, FamilyId, Party, UserId};
pub use ledger::{Ledger, Mark};
pub use policy::{Policy, Reissues};
pub use refresh::PendingRefresh;
pub use request::{Bearer, Call, CallKind, Request};
pub use response::{Body, LiveSession, Response};
pub use rotation::Judgement;
pub use sockets::{Member, Socket};
pub use state::{Outcome, Server};
