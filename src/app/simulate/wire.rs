//! The line to the server: sends requests, counts them and their bytes, loses answers and cuts requests when it is told to.
//! A server that is not there is waited for, as a phone does; what happened to a request whose answer is lost is unknown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;

use super::cut;

/// Pause before a server that is not there is called again.
const REDIAL_AFTER: Duration = Duration::from_millis(150);
/// How often it is called before giving up: two minutes.
const REDIALS: u32 = 800;
/// How often a request is repeated that the server has put off.
const PATIENCE: u32 = 60;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Below `/api/v1/`.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into(),
        }
    }

    pub(super) fn put(path: impl Into<String>, body: Bytes) -> Self {
        Self {
            method: Method::PUT,
            path: path.into(),
            headers: vec![("content-type", "image/jpeg".to_owned())],
            body,
        }
    }

    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// An answer that arrived whole.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
    /// Null when it is no JSON.
    pub(super) json: Value,
}

impl Answer {
    /// The code of a problem.
    pub(super) fn code(&self) -> &str {
        self.text("code")
    }

    /// A member that is text.
    pub(super) fn text(&self, member: &str) -> &str {
        text(&self.json, member)
    }

    /// For a person to read; the same for the same refusal.
    pub(super) fn words(&self) -> String {
        let errors = self.json.get("errors").map(Value::to_string);
        let (code, detail) = (self.code(), self.text("detail"));
        format!(
            "{} {code} {detail} {}",
            self.status,
            errors.unwrap_or_default()
        )
    }
}

/// A member that is text; empty when there is none.
pub(super) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A member that is a list; empty when there is none.
pub(super) fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value
        .get(member)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// No answer came. The server may have done what it was asked, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost;

/// What went over the line.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) requests: AtomicU64,
    pub(super) bytes_up: AtomicU64,
    pub(super) bytes_down: AtomicU64,
}

/// The line.
pub(super) struct Wire {
    http: reqwest::Client,
    base: String,
    /// Where requests can be cut off: none when the line is encrypted.
    authority: Option<String>,
    pub(super) traffic: Traffic,
}

impl Wire {
    pub(super) fn new(server: &str) -> anyhow::Result<Self> {
        let base = server.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .context("no HTTP client can be made")?;
        Ok(Self {
            http,
            authority: base.strip_prefix("http://").map(str::to_owned),
            base,
            traffic: Traffic::default(),
        })
    }

    /// Sends it; waits for a server that is not there, and as long as the server says that it should.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Lost> {
        let mut patience = PATIENCE;
        loop {
            let (answer, retry_after) = self.send_once(call).await?;
            if !matches!(answer.status, 429 | 503) || patience == 0 {
                return Ok(answer);
            }
            patience -= 1;
            tokio::time::sleep(retry_after.min(Duration::from_secs(2))).await;
        }
    }

    /// Sends it whole, and never hears what came of it.
    pub(super) async fn send_unheard(&self, call: &Call) -> Lost {
        drop(self.send_once(call).await);
        Lost
    }

    /// Sends a part of it, from nothing to everything, by `share` of a thousand.
    pub(super) async fn send_cut(&self, call: &Call, share: usize) -> Lost {
        let Some(authority) = &self.authority else {
            return Lost;
        };
        let path = format!("/api/v1/{}", call.path);
        let request = cut::request_bytes(
            call.method.as_str(),
            authority,
            &path,
            &call.headers,
            &call.body,
        );
        let length = request.len().saturating_mul(share) / 1000;
        let sent = cut::send_cut(authority, &request, length).await;
        self.count(sent, 0);
        Lost
    }

    async fn send_once(&self, call: &Call) -> Result<(Answer, Duration), Lost> {
        let mut redials = REDIALS;
        let response = loop {
            let mut request = self
                .http
                .request(
                    call.method.clone(),
                    format!("{}/api/v1/{}", self.base, call.path),
                )
                .body(call.body.clone());
            for (name, value) in &call.headers {
                request = request.header(*name, value);
            }
            match request.send().await {
                Ok(response) => break response,
                Err(error) if error.is_connect() && redials > 0 => {
                    redials -= 1;
                    tokio::time::sleep(REDIAL_AFTER).await;
                }
                Err(_broken) => {
                    self.count(call.body.len(), 0);
                    return Err(Lost);
                }
            }
        };
        let status = response.status().as_u16();
        let seconds = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let body = response.bytes().await.map_err(|_broken| Lost);
        self.count(call.body.len(), body.as_ref().map_or(0, Bytes::len));
        let body = body?;
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let retry_after = Duration::from_secs(seconds.unwrap_or(1));
        Ok((Answer { status, body, json }, retry_after))
    }

    fn count(&self, up: usize, down: usize) {
        let add = |to: &AtomicU64, bytes: usize| {
            to.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
        };
        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        add(&self.traffic.bytes_up, up);
        add(&self.traffic.bytes_down, down);
    }
}
