//! The server's keys: the newest signs, all of them verify.
//!
//! Invariants: the keys live in a file of their own, readable by the owner only (beside the store,
//! or where `--keys` says), so that a copy of the store alone opens no session; a file is replaced
//! as a whole or not at all; a file that cannot be read changes nothing in a running server.
//!
//! A key takes over at a moment that its file names, which lies in the future when it is added:
//! by then every server that shares the file has read it, so no token is refused because of a
//! rotation. Keys that came before go on verifying, and a session gets a refresh token of the
//! newest key at its next rotation; so nobody is logged out.

mod file;
mod ring;

pub use file::KeyError;
pub use ring::RefreshKeys;
pub(crate) use ring::{
    AccessKeys, Keys, MOST_KEYS, Older, RELOAD_TICK, TAKE_OVER_AFTER, beside, rotate,
};
