//! Identifiers that tie an answer to its question.
//!
//! Invariant: an identifier is given out once in the life of a page, so an answer to a question
//! that nobody waits for any more can be told by its identifier alone.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub u64);
    };
}

id! {
    /// One HTTP call of the client itself.
    CallId
}
id! {
    /// One socket, from its opening handshake to its close.
    SocketId
}
id! {
    /// One request for a lock, from the request to the release.
    LockId
}
id! {
    /// One HTTP request of the application; chosen by the shell.
    RequestId
}

/// Gives out identifiers.
#[derive(Clone, Copy, Debug, Default, Hash)]
pub(crate) struct Ids(u64);

impl Ids {
    pub(crate) fn call(&mut self) -> CallId {
        self.0 += 1;
        CallId(self.0)
    }

    pub(crate) fn lock(&mut self) -> LockId {
        self.0 += 1;
        LockId(self.0)
    }

    pub(crate) fn socket(&mut self) -> SocketId {
        self.0 += 1;
        SocketId(self.0)
    }
}
