//! Requests that are cut off: so many bytes of a request go over a socket, then the line is dead.

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// The bytes of a request over HTTP/1.1.
pub(super) fn request_bytes(
    method: &str,
    authority: &str,
    path: &str,
    headers: &[(&'static str, String)],
    body: &[u8],
) -> Vec<u8> {
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// Sends the first `length` bytes and hangs up; answers how many went out.
pub(super) async fn send_cut(authority: &str, request: &[u8], length: usize) -> usize {
    let part = request.get(..length).unwrap_or(request);
    let Ok(mut socket) = TcpStream::connect(authority).await else {
        return 0;
    };
    let sent = socket.write_all(part).await;
    // A dead line does not say goodbye; whether the rest of it was read is not for the sender to know.
    drop(socket);
    sent.map_or(0, |()| part.len())
}
