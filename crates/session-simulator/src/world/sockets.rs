//! Sockets: each action moves the next thing in one direction of one of them.

use session_core::{Input, SocketId};
use session_protocol::{CloseCode, WireError};

use super::{Item, World};
use crate::{
    browser::{PageId, TabId},
    network::{Connection, Down, Up},
    server::{ConnectionId, Party, Push, Sent, SocketEvent},
};

impl World {
    pub(super) fn open_socket(&mut self, tab: TabId, socket: SocketId) {
        let Some(page) = self.page(tab).map(|page| page.id) else {
            return;
        };
        let id = ConnectionId(self.next_connection);
        self.next_connection += 1;
        self.connections
            .push(Connection::begin(id, tab, page, socket));
        self.fresh.push(Item::Up(id));
        let link = self.browser(tab.browser).map(|it| it.link);
        if link == Some(crate::browser::Link::Down) {
            self.cut(id);
        }
    }

    /// The page sends something on a socket that it has not closed.
    pub(super) fn send_up(&mut self, tab: TabId, socket: SocketId, item: Up) {
        if let Some(connection) = self.attached(tab, socket)
            && !connection.is_broken
        {
            connection.up.push_back(item);
            let id = connection.id;
            self.fresh.push(Item::Up(id));
        }
    }

    /// The page closes a socket and hears nothing of it any more.
    pub(super) fn close_socket(&mut self, tab: TabId, socket: SocketId) {
        if let Some(connection) = self.attached(tab, socket) {
            connection.detach();
            let (id, is_broken) = (connection.id, connection.is_broken);
            let item = if is_broken {
                Item::Corpse(id)
            } else {
                Item::Up(id)
            };
            self.fresh.push(item);
            self.bury();
        }
    }

    /// The next thing on the way up reaches the server, or finds nobody there.
    pub(super) fn up(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.iter_mut().find(|it| it.id == id) else {
            return;
        };
        let browser = connection.tab.browser;
        if connection.is_broken || connection.up.is_empty() || !self.reaches(browser) {
            return;
        }
        let is_up = self.is_up();
        let now = self.now;
        let Some(connection) = self.connections.iter_mut().find(|it| it.id == id) else {
            return;
        };
        let Some(item) = connection.up.pop_front() else {
            return;
        };
        if !connection.is_served {
            return;
        }
        match item {
            Up::Handshake if is_up => {
                self.server.open_socket(id, Party::Owner, now);
                self.send_down(id, Down::Opened);
            }
            Up::Handshake => self.server_vanished(id),
            Up::Message(message) => {
                let events = self.server.receive(id, &message, now);
                self.route(events);
                return;
            }
            Up::Close => {
                connection.is_served = false;
                self.server.lose_socket(id);
                self.bury();
            }
        }
        self.server_acted();
    }

    /// The next thing on the way down reaches the page.
    pub(super) fn down(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (tab, socket) = (connection.tab, connection.socket);
        let arrives = connection.is_broken || self.reaches(tab.browser);
        if !arrives || !self.runs(tab) {
            return;
        }
        let Some(connection) = self.connections.iter_mut().find(|it| it.id == id) else {
            return;
        };
        let Some(item) = connection.down.pop_front() else {
            return;
        };
        let input = match item {
            Down::Opened => Input::SocketOpened { socket },
            Down::Message(push) => Input::SocketMessageReceived {
                socket,
                message: push.message(),
            },
            Down::Garbage => Input::SocketMessageRefused {
                socket,
                error: WireError::NotJson,
            },
            Down::Close { code, reason } => {
                connection.is_attached = false;
                let broken = connection.is_broken;
                if broken {
                    self.fresh.push(Item::Corpse(id));
                }
                self.bury();
                Input::SocketClosed {
                    socket,
                    code,
                    reason: reason.to_owned(),
                }
            }
        };
        self.tell(tab, input);
    }

    /// The wire of a socket breaks.
    pub(super) fn cut(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.iter_mut().find(|it| it.id == id)
            && !connection.is_broken
        {
            connection.cut();
            self.fresh.push(Item::Down(id));
            self.fresh.push(Item::Corpse(id));
        }
    }

    /// The server notices that the other end of a broken wire is gone.
    pub(super) fn reap(&mut self, id: ConnectionId) {
        let connection = self.connections.iter_mut().find(|it| it.id == id);
        if let Some(connection) = connection.filter(|it| it.is_broken && it.is_served) {
            connection.is_served = false;
            self.server.lose_socket(id);
            self.bury();
            self.server_acted();
        }
    }

    /// Puts what left the server on its way.
    pub(super) fn route(&mut self, events: Vec<SocketEvent>) {
        for event in events {
            let id = event.connection;
            match event.sent {
                Sent::Message(push) => self.send_down(id, Down::Message(push)),
                Sent::Close { code, reason } => {
                    self.send_down(id, Down::Close { code, reason });
                    self.forsake(id);
                }
            }
        }
        self.server_acted();
    }

    /// The server is gone without a word: the connection breaks behind what is on its way.
    pub(super) fn server_vanished(&mut self, id: ConnectionId) {
        let (code, reason) = (CloseCode::ABNORMAL, "");
        self.send_down(id, Down::Close { code, reason });
        self.forsake(id);
    }

    pub(super) fn send_down(&mut self, id: ConnectionId, item: Down) {
        let connection = self.connections.iter_mut().find(|it| it.id == id);
        if let Down::Message(Push::Update { seq, .. }) = &item
            && let Some(connection) = connection.as_ref().filter(|it| it.spoils_next)
        {
            let browser = connection.tab.browser;
            self.record.spoilt_updates.insert((browser, *seq));
        }
        if connection.is_some_and(|connection| connection.send_down(item)) {
            self.fresh.push(Item::Down(id));
        }
    }

    /// The server has forgotten a socket.
    fn forsake(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.iter_mut().find(|it| it.id == id) {
            connection.is_served = false;
        }
        self.bury();
    }

    /// A page died: the browser closes its sockets, or drops them.
    pub(super) fn orphan_sockets(&mut self, page: PageId, gracefully: bool) {
        let mut items = Vec::new();
        for connection in self.connections.iter_mut().filter(|it| it.page == page) {
            if !connection.is_attached {
                continue;
            }
            if gracefully {
                connection.detach();
                items.push(Item::Up(connection.id));
            } else {
                connection.cut();
                connection.is_attached = false;
                connection.down.clear();
                items.push(Item::Corpse(connection.id));
            }
        }
        self.fresh.extend(items);
        self.bury();
    }

    /// Sockets of a browser that are not broken.
    pub(super) fn wires(&self, browser: crate::browser::BrowserId) -> Vec<ConnectionId> {
        let of_browser = self
            .connections
            .iter()
            .filter(|it| it.tab.browser == browser && !it.is_broken);
        of_browser.map(|connection| connection.id).collect()
    }

    fn attached(&mut self, tab: TabId, socket: SocketId) -> Option<&mut Connection> {
        let page = self.page(tab)?.id;
        let mut connections = self.connections.iter_mut();
        connections.find(|it| it.page == page && it.socket == socket && it.is_attached)
    }

    fn bury(&mut self) {
        self.connections.retain(|connection| !connection.is_over());
    }
}
