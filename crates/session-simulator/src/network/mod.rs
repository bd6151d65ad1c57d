//! What is on its way between pages and the server.

mod call;
mod connection;

pub use call::{Asks, Call, CallNumber, LONGEST_JOURNEY, Stage};
pub use connection::{Connection, Down, Up};
