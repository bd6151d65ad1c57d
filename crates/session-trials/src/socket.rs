//! A socket as a tab holds it.
//!
//! Invariant: its buffers are small, so that ten thousand of them fit beside the server.

use std::net::{IpAddr, SocketAddr};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, header::InvalidHeaderValue},
        protocol::WebSocketConfig,
    },
};

use crate::http;

/// What was heard.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A message.
    Text(String),
    /// A close code, 1006 if the connection broke.
    Closed(u16),
}

/// Why no socket was opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// The handshake was refused with this status.
    Status(u16),
    /// Nobody listens, or the connection broke.
    Broken,
}

impl From<InvalidHeaderValue> for Refusal {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::Broken
    }
}

/// A socket.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a socket; the origin is the server's own, the path begins with a slash.
    pub(crate) async fn open(
        from: IpAddr,
        to: SocketAddr,
        path: &str,
        cookies: &str,
    ) -> Result<Self, Refusal> {
        let stream = http::connect(from, to).await.map_err(|_| Refusal::Broken)?;
        let url = format!("ws://localhost:{}{path}", to.port());
        let mut request = url.into_client_request().map_err(|_| Refusal::Broken)?;
        let origin = format!("http://localhost:{}", to.port());
        request
            .headers_mut()
            .insert("Origin", HeaderValue::from_str(&origin)?);
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert("Cookie", HeaderValue::from_str(cookies)?);
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(2_048)
            .write_buffer_size(0);
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(response)) => Err(Refusal::Status(response.status().as_u16())),
            Err(_) => Err(Refusal::Broken),
        }
    }

    /// Sends a message; a connection that is broken says so at the next [`Socket::hear`].
    pub(crate) async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.ok();
    }

    /// Awaits what comes next; pings are answered on the way.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Heard::Text(text.as_str().to_owned()),
                Some(Ok(Message::Close(Some(frame)))) => return Heard::Closed(frame.code.into()),
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Heard::Closed(1006),
                Some(Ok(_)) => {}
            }
        }
    }
}
