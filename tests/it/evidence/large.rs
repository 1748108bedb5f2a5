//! Bodies beyond the limit are refused with a problem that reaches the sender, however they are framed.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use super::{assert_nothing_kept, form};
use crate::harness::story::Photo;
use crate::harness::{Client, TestApp};

const LARGE: usize = 40_000_000;

#[tokio::test]
async fn a_photo_that_is_too_large_is_refused_and_not_kept() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::of_bytes(vec![1; LARGE]);
    let refused = photo.put(&inspector).await;
    let refused = refused.expect_problem(413, "too_large");
    assert_eq!(refused.at("/limit_bytes"), 33_554_432);
    let (media_type, body) = form("file", &photo);
    let post = inspector.post(&format!("attachments/{}", photo.aid));
    post.body(media_type, body)
        .await
        .expect_problem(413, "too_large");
    assert_nothing_kept(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_chunked_photo_that_grows_too_large_is_refused() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let answer = send(&app, &inspector, "transfer-encoding: chunked", |stream| {
        let chunk = [b"f4240\r\n".as_slice(), &vec![1; 1_000_000], b"\r\n"].concat();
        (0..LARGE / 1_000_000).try_for_each(|_| stream.write_all(&chunk))?;
        stream.write_all(b"0\r\n\r\n")
    });
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("\"too_large\""), "{answer}");
    assert_nothing_kept(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_too_much_is_answered() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let framing = format!("content-length: {LARGE}\r\nexpect: 100-continue");
    // A client that waits for the final answer when it is not told to go on, as curl does.
    let answer = send(&app, &inspector, &framing, |_| Ok(()));
    assert!(answer.contains("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("\"too_large\""), "{answer}");
    assert_nothing_kept(&app).await;
    app.finish().await;
}

/// Sends a head and then a body from another thread, as the answer may come before its end; answers the answer.
fn send(
    app: &TestApp,
    client: &Client,
    framing: &str,
    body: impl FnOnce(&mut TcpStream) -> std::io::Result<()> + Send + 'static,
) -> String {
    let address = app.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = format!(
        "PUT /api/v1/attachments/{} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: image/jpeg\r\n{framing}\r\n\r\n",
        uuid::Uuid::new_v4(),
        client.token()
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    let mut out = stream.try_clone().expect("a second handle");
    // Broken off below, when the server has said enough.
    let sender = std::thread::spawn(move || drop(body(&mut out)));
    let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(b"}") {
        match stream.read(&mut piece).expect("the server answers") {
            0 => break,
            length => answer.extend_from_slice(piece.split_at(length).0),
        }
    }
    stream.shutdown(Shutdown::Both).expect("ours to close");
    sender.join().expect("it does not panic");
    String::from_utf8_lossy(&answer).into_owned()
}
