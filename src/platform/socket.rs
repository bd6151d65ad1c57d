//! One WebSocket.
//!
//! Invariants: the handlers belong to the value and are detached before it goes, so a dropped
//! socket never reports anything; facts come in the order in which the browser raised them; after
//! a close fact nothing follows.

use std::{fmt, rc::Rc};

use session_core::{Input, SocketId};
use session_protocol::{
    ClientMessage, CloseCode, MAX_MESSAGE_BYTES, MessageNames, ServerMessage, WireError,
};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::window;

/// A WebSocket that is closed when it is dropped.
pub struct Socket {
    inner: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

/// The browser refuses to open a socket for this address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadAddress {
    /// The address.
    pub url: String,
}

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.url;
        write!(
            f,
            "expected a path or URL of a socket in `socket.url`, found `{url}`"
        )
    }
}

impl std::error::Error for BadAddress {}

impl Socket {
    /// Begins the opening handshake and hands every fact of the socket to `send`.
    ///
    /// # Errors
    ///
    /// [`BadAddress`] if the browser takes the address for none of a socket.
    pub fn open(
        id: SocketId,
        url: &str,
        protocols: &[String],
        names: Rc<MessageNames>,
        send: impl Fn(Input) + 'static,
    ) -> Result<Self, BadAddress> {
        let bad = |_| BadAddress {
            url: url.to_owned(),
        };
        let socket = if protocols.is_empty() {
            WebSocket::new(url)
        } else {
            let list: js_sys::Array = protocols
                .iter()
                .map(|name| JsValue::from_str(name))
                .collect();
            WebSocket::new_with_str_sequence(url, &list)
        };
        let socket = socket.map_err(bad)?;
        socket.set_binary_type(BinaryType::Arraybuffer);

        let send = Rc::new(send);
        let on_open = {
            let send = Rc::clone(&send);
            Closure::new(move || send(Input::SocketOpened { socket: id }))
        };
        let on_message = {
            let send = Rc::clone(&send);
            Closure::new(move |event: MessageEvent| {
                send(match decode(&event, &names) {
                    Ok(message) => Input::SocketMessageReceived {
                        socket: id,
                        message,
                    },
                    Err(error) => Input::SocketMessageRefused { socket: id, error },
                });
            })
        };
        let on_close = Closure::new(move |event: CloseEvent| {
            let (code, reason) = (CloseCode(event.code()), event.reason());
            send(Input::SocketClosed {
                socket: id,
                code,
                reason,
            });
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self {
            inner: socket,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    /// Sends a message. On a socket that is not open any more it goes nowhere: the close fact is
    /// on its way.
    pub fn send(&self, message: &ClientMessage) {
        self.inner
            .send_with_str(&message.encode())
            .unwrap_or_default();
    }

    /// Closes the socket with this code and lets it go.
    pub fn close(self, code: CloseCode) {
        self.detach();
        // Refused by the browser only for codes that the client never uses.
        self.inner.close_with_code(code.0).unwrap_or_default();
    }

    fn detach(&self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.detach();
        self.inner.close().unwrap_or_default();
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Socket")
            .field(&self.inner.ready_state())
            .finish()
    }
}

fn decode(event: &MessageEvent, names: &MessageNames) -> Result<ServerMessage, WireError> {
    let data = event.data();
    let text = data
        .dyn_ref::<js_sys::JsString>()
        .ok_or(WireError::Binary)?;
    // The length in UTF-16 units is a lower bound of the bytes and costs no copy.
    let units = usize::try_from(text.length()).unwrap_or(usize::MAX);
    if units > MAX_MESSAGE_BYTES {
        return Err(WireError::TooLarge {
            length: units,
            limit: MAX_MESSAGE_BYTES,
        });
    }
    ServerMessage::decode(&String::from(text), names)
}

/// Makes a socket address of a path or URL: `http` becomes `ws`, `https` becomes `wss`.
///
/// # Errors
///
/// [`BadAddress`] if it is no address relative to this page.
pub fn address(path: &str, ticket: Option<&str>) -> Result<String, BadAddress> {
    let bad = |_| BadAddress {
        url: path.to_owned(),
    };
    let base = window().location().href().map_err(bad)?;
    let url = web_sys::Url::new_with_base(path, &base).map_err(bad)?;
    match url.protocol().as_str() {
        "https:" | "wss:" => url.set_protocol("wss:"),
        _ => url.set_protocol("ws:"),
    }
    if let Some(ticket) = ticket {
        let separator = if url.search().is_empty() { "" } else { "&" };
        // A ticket may hold `+`, which reads as a space in a query, or `&`, which ends it.
        let ticket = String::from(js_sys::encode_uri_component(ticket));
        url.set_search(&[&url.search(), separator, "ticket=", &ticket].concat());
    }
    Ok(url.href())
}
