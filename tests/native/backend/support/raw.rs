//! Requests byte by byte, for what no HTTP client would send.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

use super::PATIENCE;

/// Status line and headers of an answer, as they came.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came.
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    fn read(text: &str) -> Self {
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Self {
            status: status
                .and_then(|status| status.parse().ok())
                .expect("a status"),
            headers: headers.collect(),
        }
    }

    /// Returns a header, empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    line: String,
    headers: Vec<(String, Vec<u8>)>,
    body: &'static str,
}

impl Raw {
    /// Begins a request.
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            line: format!("{method} {path} HTTP/1.1\r\n"),
            headers: Vec::new(),
            body: "",
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Adds what the app's own calls carry, besides the origin.
    pub(crate) fn marked(self) -> Self {
        self.header("X-Requested-With", "leptos-session").json("{}")
    }

    /// Adds a JSON body.
    pub(crate) fn json(self, body: &'static str) -> Self {
        self.body("application/json", body)
    }

    /// Adds a body.
    pub(crate) fn body(mut self, content_type: &str, body: &'static str) -> Self {
        self.body = body;
        self.header("Content-Type", content_type)
            .header("Content-Length", body.len().to_string())
    }

    /// Adds what begins a WebSocket handshake.
    pub(crate) fn handshake(self) -> Self {
        self.header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("Connection", "Upgrade")
    }

    /// Sends it to a server of this machine; returns the head of the answer.
    pub(crate) async fn send(&self, port: u16) -> Head {
        let exchange = async {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let mut bytes = self.line.clone().into_bytes();
            bytes.extend(format!("Host: localhost:{port}\r\n").bytes());
            for (name, value) in &self.headers {
                bytes.extend(name.bytes().chain(*b": "));
                bytes.extend(value.iter().chain(b"\r\n"));
            }
            bytes.extend(b"\r\n".iter().chain(self.body.as_bytes()));
            stream.write_all(&bytes).await.unwrap();
            let mut answer = Vec::new();
            loop {
                let text = String::from_utf8_lossy(&answer);
                if let Some((head, _)) = text.split_once("\r\n\r\n") {
                    return Head::read(head);
                }
                let read = stream.read_buf(&mut answer).await.unwrap();
                assert!(read > 0, "no answer to {self:?}");
            }
        };
        let head = time::timeout(PATIENCE, exchange).await;
        head.unwrap_or_else(|_| panic!("no answer in time to {self:?}"))
    }
}
