//! Another system of the city: takes webhooks on a port of its own, keeps them, and answers as it is told to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::runtime;

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Path and query.
    pub path: String,
    /// By lower-case name.
    pub headers: HashMap<String, String>,
    /// To the byte.
    pub body: String,
}

#[derive(Default)]
struct Desk {
    received: Vec<Received>,
    /// Status lines and headers to answer with, one each; then 204.
    answers: VecDeque<String>,
    always: Option<String>,
}

/// A receiver, gone when dropped.
pub struct Receiver {
    url: String,
    desk: Arc<Mutex<Desk>>,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// One that takes everything.
    pub async fn start() -> Self {
        let desk: Arc<Mutex<Desk>> = Arc::default();
        let kept = Arc::clone(&desk);
        let (url, serving) = runtime::on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let address = listener.local_addr().expect("a bound socket");
            let serving = tokio::spawn(async move {
                while let Ok((line, _)) = listener.accept().await {
                    tokio::spawn(take(line, Arc::clone(&kept)));
                }
            });
            (format!("http://{address}/hook"), serving)
        })
        .await;
        Self { url, desk, serving }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers the next message so, `503 Service Unavailable`, with any headers behind it.
    pub fn answer_next(&self, answer: &str) {
        self.desk().answers.push_back(answer.to_owned());
    }

    /// Answers every further message so.
    pub fn answer_always(&self, answer: &str) {
        self.desk().always = Some(answer.to_owned());
    }

    /// What has come since the last call.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.desk().received)
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(mut line: TcpStream, desk: Arc<Mutex<Desk>>) {
    let mut bytes = Vec::new();
    let (head, body_at) = loop {
        if line.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(head) = end.and_then(|end| bytes.get(..end)) {
            break (String::from_utf8_lossy(head).into_owned(), head.len() + 4);
        }
    };
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length");
    let length: usize = length.and_then(|it| it.parse().ok()).unwrap_or(0);
    while bytes.len() < body_at + length {
        if line.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let body = bytes.get(body_at..).unwrap_or_default();
    let body = String::from_utf8_lossy(body).into_owned();
    let answer = {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.received.push(Received {
            path,
            headers,
            body,
        });
        let next = desk.answers.pop_front().or_else(|| desk.always.clone());
        next.unwrap_or_else(|| "204 No Content".to_owned())
    };
    let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    line.write_all(answer.as_bytes()).await.ok();
}
