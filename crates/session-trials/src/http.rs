//! HTTP/1.1 over TCP: one call a connection, from an address of choice.
//!
//! Invariant: an answer that does not arrive whole is an error, since its sender may have died.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Returns the values of a header.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Connects from an address of this machine.
pub(crate) async fn connect(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends a request and reads the answer.
///
/// # Errors
///
/// An [`io::Error`] if nobody listens, or the answer breaks off.
pub(crate) async fn call(
    from: IpAddr,
    to: SocketAddr,
    request_line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    let mut stream = connect(from, to).await?;
    let mut text = format!(
        "{request_line} HTTP/1.1\r\nHost: localhost:{}\r\n",
        to.port()
    );
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    let length = body.len().to_string();
    text.extend([
        "Connection: close\r\nContent-Length: ",
        &length,
        "\r\n\r\n",
        body,
    ]);
    stream.write_all(text.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parse(&String::from_utf8_lossy(&bytes))
}

fn parse(text: &str) -> io::Result<Answer> {
    let broken = || io::Error::new(io::ErrorKind::UnexpectedEof, "the answer broke off");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let answer = Answer {
        status: status.ok_or_else(broken)?,
        head: head.to_owned(),
        body: body.to_owned(),
    };
    let length = answer.headers("content-length").next();
    let length = length.and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > body.len()) {
        return Err(broken());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_none() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nset-cookie: a=b\r\n\r\n";
        assert!(parse(text).is_err());
        assert!(parse("HTTP/1.1 200 OK\r\n").is_err());
        let answer = parse(&format!("{text}{{}}")).unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
        assert_eq!(answer.headers("Set-Cookie").collect::<Vec<_>>(), ["a=b"]);
    }
}
