//! Requests as bytes on a connection, so that wrong ones can be made.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::server::PATIENCE;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let header = lines.find(|(header, _)| header.eq_ignore_ascii_case(name));
        header.map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The message of an answer that says what went wrong.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        let body = bindle_core::protocol::ErrorBody::read(&self.body, Default::default());
        body.unwrap_or_else(|error| panic!("{error}: {self:?}"))
            .error
    }
}

/// A request that can be sent.
pub(crate) struct Request<'r> {
    pub(crate) method: &'r str,
    pub(crate) path: &'r str,
    pub(crate) headers: &'r [(&'r str, &'r str)],
    pub(crate) body: &'r [u8],
}

impl Request<'_> {
    /// Sends it, and reads what comes until the server closes.
    pub(crate) fn send(&self, address: SocketAddr) -> io::Result<Answer> {
        let mut stream = self.begin(address, self.body.len())?;
        // The answer may be there before all of the body has gone.
        let _ = stream.write_all(self.body);
        read(stream)
    }

    /// Sends all but the body, which is to have `length` bytes.
    pub(crate) fn begin(&self, address: SocketAddr, length: usize) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (method, path) = (self.method, self.path);
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        if method == "POST" {
            head += &format!("content-length: {length}\r\n");
        }
        for (name, value) in self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        stream.write_all(head.as_bytes())?;
        Ok(stream)
    }
}

/// Reads an answer, whose end is that of the connection.
pub(crate) fn read(mut stream: TcpStream) -> io::Result<Answer> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let invalid = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.ok_or_else(invalid)?);
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.get(9..12).and_then(|code| code.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(invalid)?,
        head,
        body: body[4..].to_vec(),
    })
}
