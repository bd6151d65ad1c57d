//! All open sockets: how many there may be, what waits to be sent to each, and who hears of what.
//!
//! A handshake passes the `door`, which lets in so many a second and so many strangers of one
//! network; from then on the socket has an `outbox`; once it is known whose it is, it joins a `room`.
//! `rooms` knows them all.

mod door;
mod outbox;
mod room;
mod rooms;

pub(crate) use door::{Door, LONGEST_WAIT, Stranger, UNAUTHENTICATED};
pub(crate) use outbox::{Control, Errand, Inbox, Outbox, QUEUE_BYTES, QUEUE_LENGTH, SocketId};
pub(crate) use rooms::{ACCEPTED_PER_SECOND, Hub, Place, SOCKETS_OF_SESSION, SOCKETS_OF_USER};
