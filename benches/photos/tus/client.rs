//! HTTP/1.1 as thin as it can be, so that the clients take little of the processors that they share with the server.

use std::io::{IoSlice, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// A connection that is kept open.
pub struct Line {
    stream: TcpStream,
    address: SocketAddr,
}

/// The head of an answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    head: String,
}

impl Answer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Line {
    /// Connects.
    pub fn to(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, address })
    }

    /// Sends a request with these header lines, each ended by CRLF, and reads the answer.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> anyhow::Result<Answer> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nTus-Resumable: 1.0.0\r\nContent-Length: {}\r\n{headers}\r\n",
            self.address,
            body.len()
        );
        let mut slices = [IoSlice::new(head.as_bytes()), IoSlice::new(body)];
        let mut left = slices.as_mut_slice();
        while !left.is_empty() {
            let written = self.stream.write_vectored(left)?;
            IoSlice::advance_slices(&mut left, written);
        }
        self.answer()
    }

    fn answer(&mut self) -> anyhow::Result<Answer> {
        let mut received = Vec::with_capacity(1024);
        let mut piece = [0; 1024];
        let end = loop {
            if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let length = self.stream.read(&mut piece)?;
            if length == 0 {
                bail!("the server closed the connection");
            }
            received.extend_from_slice(piece.split_at(length).0);
        };
        let (head, body) = received.split_at(end);
        let head = String::from_utf8(head.to_vec())?;
        let status = head.get(9..12).context("no status")?.parse()?;
        let answer = Answer { status, head };
        let length: usize = answer.header("content-length").unwrap_or("0").parse()?;
        let mut rest = vec![0; length.saturating_sub(body.len())];
        self.stream.read_exact(&mut rest)?;
        Ok(answer)
    }
}
