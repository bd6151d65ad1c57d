//! What an action put on its way, for a driver that draws when it arrives.

use crate::{browser::TabId, network::CallNumber, server::ConnectionId};

/// Something that has begun to wait.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Item {
    /// A call is at its next stage.
    Call(CallNumber),
    /// A call has begun, and its timeout with it.
    Timeout(CallNumber),
    /// Something more goes up a socket.
    Up(ConnectionId),
    /// Something more comes down a socket.
    Down(ConnectionId),
    /// The server has yet to notice that a wire is broken.
    Corpse(ConnectionId),
    /// A notice is on its way to a tab.
    Notice(TabId),
    /// The browser has something to tell a tab about a lock.
    Word(TabId),
    /// The next deadline of a tab's client may have changed.
    Timer(TabId),
    /// The clocks of a tab that is seen may have changed.
    Glance(TabId),
    /// The next deadline of the server may have changed.
    Tick,
}
