//! Slows down guessing of passwords: by account and network, by network, and by account.
//!
//! Invariants: an attempt counts before its password is looked at, so guesses at the same time do
//! not pass together; what turns out to be right is taken back, so nobody is locked out by logging
//! in often, or in many tabs at once; guesses from elsewhere do not lock an owner out who has
//! logged in from the same network, or whose browser still holds a session; an account that does
//! not exist is treated like one that does; memory is bounded, and names of accounts are kept as
//! digests only. Servers that share a store count failures together, and know together where an
//! owner has logged in.
//!
//! # Source
//!
//! OWASP Authentication, login throttling and device cookies; NIST SP 800-63B-4 section 3.2.2.

mod attempts;
mod home;
mod key;
mod tallies;

pub(crate) use attempts::{Attempt, LoginLimiter};
pub(crate) use home::{Home, MEMORY_OF_HOMES};
pub(crate) use key::{Limit, OF_ACCOUNT, OF_NETWORK, OF_PAIR};
pub(crate) use tallies::MOST_KEYS;
