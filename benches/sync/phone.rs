//! A phone with someone logged in on it, on a connection that is kept open.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Password of every account of the demo city.
pub const PASSWORD: &str = "xuncha-demo";

/// The phone.
pub struct Phone {
    http: reqwest::Client,
    base: String,
    username: String,
    device: Uuid,
    token: String,
    refresh_token: String,
}

/// An answer, whole.
pub struct Answer {
    /// From the first byte out to the last byte in.
    pub took: Duration,
    /// The body as it came over the wire.
    pub body: Bytes,
    /// How it is compressed.
    pub encoding: Option<String>,
}

/// What stands behind the rows of a page.
#[derive(Deserialize)]
pub struct End {
    /// Where the next page begins.
    pub page: Option<String>,
    /// The new cursor.
    pub cursor: Option<String>,
}

/// A pull, all its pages together.
pub struct Pulled {
    /// Time of all requests, one after the other.
    pub took: Duration,
    /// Requests.
    pub requests: u32,
    /// The new cursor.
    pub cursor: String,
}

impl Answer {
    /// The body, read.
    pub fn json(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

impl Phone {
    /// A new phone.
    pub async fn log_in(url: &str, username: &str) -> anyhow::Result<Self> {
        xuncha::gateways::blobs::install_tls_provider();
        let http = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .build()?;
        let mut phone = Self {
            http,
            base: format!("{url}/api/v1/"),
            username: username.to_owned(),
            device: Uuid::new_v4(),
            token: String::new(),
            refresh_token: String::new(),
        };
        phone.log_in_again().await?;
        Ok(phone)
    }

    /// Before the token ends: a run takes longer than it lives.
    pub async fn log_in_again(&mut self) -> anyhow::Result<()> {
        let login = json!({
            "username": self.username, "password": PASSWORD,
            "device": { "id": self.device, "name": "phone" },
        });
        let request = self.request(Method::POST, "auth/login").json(&login);
        self.keep_tokens(&send(request).await?)
    }

    /// Renews the tokens, as an app does in the morning.
    pub async fn refresh(&mut self) -> anyhow::Result<Answer> {
        let refresh = json!({ "refresh_token": self.refresh_token, "nonce": Uuid::new_v4() });
        let answer = send(self.request(Method::POST, "auth/refresh").json(&refresh)).await?;
        self.keep_tokens(&answer)?;
        Ok(answer)
    }

    fn keep_tokens(&mut self, answer: &Answer) -> anyhow::Result<()> {
        #[derive(Deserialize)]
        struct Grant {
            access_token: String,
            refresh_token: String,
        }
        let grant: Grant = serde_json::from_slice(&answer.body)?;
        self.token = grant.access_token;
        self.refresh_token = grant.refresh_token;
        Ok(())
    }

    /// A request below `/api/v1/`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }

    /// One page of what changed.
    pub async fn page(
        &self,
        cursor: Option<&str>,
        page: Option<&str>,
        limit: u32,
        encoding: &str,
    ) -> anyhow::Result<Answer> {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        query.extend(page.map(|page| ("page", page)));
        let request = self
            .request(Method::GET, "sync/changes")
            .header("accept-encoding", encoding)
            .query(&query);
        send(request).await
    }

    /// Everything, uncompressed.
    pub async fn pull_all(&self, limit: u32) -> anyhow::Result<Pulled> {
        self.pull(None, limit).await
    }

    /// What changed since the cursor, uncompressed, page by page; only the end of each is read.
    pub async fn pull(&self, cursor: Option<&str>, limit: u32) -> anyhow::Result<Pulled> {
        let mut pulled = Pulled {
            took: Duration::ZERO,
            requests: 0,
            cursor: String::new(),
        };
        let mut page: Option<String> = None;
        loop {
            let answer = self
                .page(cursor, page.as_deref(), limit, "identity")
                .await?;
            pulled.took += answer.took;
            pulled.requests += 1;
            let end = end_of(&answer.body)?;
            if let Some(cursor) = end.cursor {
                pulled.cursor = cursor;
                return Ok(pulled);
            }
            page = end.page;
            ensure!(page.is_some(), "neither a page nor a cursor");
        }
    }
}

/// Sends a request that must succeed.
pub async fn send(request: RequestBuilder) -> anyhow::Result<Answer> {
    let begun = Instant::now();
    let response = request.send().await?;
    let status = response.status();
    let encoding = response
        .headers()
        .get("content-encoding")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = response.bytes().await?;
    let took = begun.elapsed();
    ensure!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(Answer {
        took,
        body,
        encoding,
    })
}

/// The end of a page without reading its rows: members come in the order of the contract, `page` after the rows.
pub fn end_of(body: &[u8]) -> anyhow::Result<End> {
    const NEEDLE: &[u8] = b"\"page\":";
    let tail = body.get(body.len().saturating_sub(16_384)..);
    let tail = tail.context("a body")?;
    let at = tail
        .windows(NEEDLE.len())
        .rposition(|window| window == NEEDLE)
        .context("a page that says nothing of the next")?;
    let mut text = vec![b'{'];
    text.extend_from_slice(tail.get(at..).unwrap_or_default());
    Ok(serde_json::from_slice(&text)?)
}
