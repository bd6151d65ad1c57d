//! One socket as a pair of queues.
//!
//! Invariants: each direction keeps its order; what is on a broken wire arrives nowhere; a page that
//! closed its socket hears nothing of it any more; a server that closed one has forgotten it.

use std::collections::VecDeque;

use session_core::SocketId;
use session_protocol::{ClientMessage, CloseCode};

use crate::{
    browser::{PageId, TabId},
    server::{ConnectionId, Push},
};

/// Something on its way to the server.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Up {
    /// The opening handshake.
    Handshake,
    /// A message.
    Message(ClientMessage),
    /// The page closed the socket.
    Close,
}

/// Something on its way to the page.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Down {
    /// The opening handshake succeeded.
    Opened,
    /// A message.
    Message(Push),
    /// A frame that is no message of the protocol.
    Garbage,
    /// The socket is closed; the last that comes.
    Close {
        /// Close code.
        code: CloseCode,
        /// Close reason.
        reason: &'static str,
    },
}

/// A socket between a page and the server.
#[expect(
    clippy::struct_excessive_bools,
    reason = "page, server and wire each end by themselves, in any order"
)]
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Connection {
    /// How the server knows it.
    pub id: ConnectionId,
    /// The tab that opened it.
    pub tab: TabId,
    /// The page that opened it.
    pub page: PageId,
    /// How the client knows it.
    pub socket: SocketId,
    /// On its way to the server.
    pub up: VecDeque<Up>,
    /// On its way to the page.
    pub down: VecDeque<Down>,
    /// Whether the page listens.
    pub is_attached: bool,
    /// Whether the server keeps it, or may yet.
    pub is_served: bool,
    /// Whether the wire is broken.
    pub is_broken: bool,
    /// Whether the next message to the page will be unreadable.
    pub spoils_next: bool,
}

impl Connection {
    /// Begins the opening handshake.
    #[must_use]
    pub fn begin(id: ConnectionId, tab: TabId, page: PageId, socket: SocketId) -> Self {
        Self {
            id,
            tab,
            page,
            socket,
            up: VecDeque::from([Up::Handshake]),
            down: VecDeque::new(),
            is_attached: true,
            is_served: true,
            is_broken: false,
            spoils_next: false,
        }
    }

    /// Puts something on its way to the page, if it would arrive; returns whether it did.
    pub fn send_down(&mut self, item: Down) -> bool {
        let passes = self.is_attached && !self.is_broken;
        if passes {
            let is_message = matches!(item, Down::Message(_));
            let spoilt = is_message && std::mem::take(&mut self.spoils_next);
            self.down
                .push_back(if spoilt { Down::Garbage } else { item });
        }
        passes
    }

    /// Breaks the wire. The page hears of it; the server does later, by itself.
    pub fn cut(&mut self) {
        if self.is_broken {
            return;
        }
        self.up.clear();
        self.down.clear();
        if self.is_attached {
            self.down.push_back(Down::Close {
                code: CloseCode::ABNORMAL,
                reason: "",
            });
        }
        self.is_broken = true;
    }

    /// The page closes its end, or dies.
    pub fn detach(&mut self) {
        self.is_attached = false;
        self.down.clear();
        if !self.is_broken {
            self.up.push_back(Up::Close);
        }
    }

    /// Returns whether neither end has anything left to do with it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !self.is_attached && !self.is_served
    }
}
