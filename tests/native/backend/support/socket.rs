//! A socket as a tab holds it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        handshake::client::{Request, Response},
        http::HeaderValue,
    },
};

use super::{Browser, PATIENCE, description::expect_described_message};

/// What was heard on a socket.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// A message.
    Message(Value),
    /// A close frame.
    Close(u16, String),
    /// The connection broke without one.
    Broken,
}

impl Heard {
    /// Returns the message.
    #[track_caller]
    pub(crate) fn message(self) -> Value {
        match self {
            Self::Message(message) => message,
            Self::Close(..) | Self::Broken => panic!("no message: {self:?}"),
        }
    }
}

/// A socket.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Builds the handshake of a browser.
    pub(crate) fn handshake(browser: &Browser, query: &str) -> Request {
        let url = browser.origin.replacen("http", "ws", 1) + "/ws" + query;
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        let value = |text: &str| HeaderValue::from_str(text).unwrap();
        headers.insert("Origin", value(&browser.origin));
        headers.insert("Cookie", value(&browser.cookie_header()));
        request
    }

    /// Connects; the refusal is the HTTP status.
    pub(crate) async fn connect(request: Request) -> Result<(Self, Response), u16> {
        match connect_async(request).await {
            Ok((stream, response)) => Ok((Self { stream }, response)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the handshake broke: {error}"),
        }
    }

    /// Connects without saying who is there.
    pub(crate) async fn open(browser: &Browser) -> Self {
        let request = Self::handshake(browser, "");
        Self::connect(request)
            .await
            .map(|(socket, _)| socket)
            .unwrap()
    }

    /// Connects and authenticates.
    pub(crate) async fn enter(browser: &Browser) -> Self {
        let mut socket = Self::open(browser).await;
        socket.authenticate(browser).await;
        socket
    }

    /// Sends the first message and awaits the answer.
    pub(crate) async fn authenticate(&mut self, browser: &Browser) -> Value {
        self.send(json!({ "type": "auth", "token": browser.token }))
            .await;
        self.expect("auth_ok").await
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_frame(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send_frame(&mut self, frame: Message) {
        self.stream.send(frame).await.unwrap();
    }

    /// Awaits what comes next, besides pings.
    pub(crate) async fn next(&mut self) -> Heard {
        let listening = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message = serde_json::from_str(&text).unwrap();
                        expect_described_message(&message);
                        return Heard::Message(message);
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let frame = frame.unwrap();
                        return Heard::Close(frame.code.into(), frame.reason.to_string());
                    }
                    Some(Ok(
                        Message::Ping(_)
                        | Message::Pong(_)
                        | Message::Binary(_)
                        | Message::Frame(_),
                    )) => {}
                    Some(Err(_)) | None => return Heard::Broken,
                }
            }
        };
        let heard = time::timeout(PATIENCE, listening).await;
        heard.expect("nothing was heard in time")
    }

    /// Awaits the next message, which must be of this type.
    pub(crate) async fn expect(&mut self, name: &str) -> Value {
        let message = self.next().await.message();
        assert_eq!(message["type"], name, "{message}");
        message
    }

    /// Awaits a message of this type; others before it are skipped.
    pub(crate) async fn until(&mut self, name: &str) -> Value {
        loop {
            let message = self.next().await.message();
            if message["type"] == name {
                return message;
            }
        }
    }

    /// Awaits the close; messages before it are skipped.
    pub(crate) async fn closed(&mut self) -> Heard {
        loop {
            match self.next().await {
                Heard::Message(_) => {}
                end @ (Heard::Close(..) | Heard::Broken) => return end,
            }
        }
    }

    /// Awaits the end of the session and the close that says the same.
    pub(crate) async fn expect_end(&mut self, reason: &str) {
        let message = self.until("SESSION_EXPIRED").await;
        assert_eq!(message["reason"], reason);
        assert_eq!(self.next().await, Heard::Close(1008, reason.to_owned()));
    }
}
