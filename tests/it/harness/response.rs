//! An answer, and what a test says about it.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read whole.
#[derive(Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub json: Value,
    what: String,
}

impl Response {
    pub(super) async fn read(what: String, request: RequestBuilder) -> Self {
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("{what}: {error:?}"))
            .to_vec();
        Self {
            status,
            headers,
            json: serde_json::from_slice(&body).unwrap_or(Value::Null),
            body,
            what,
        }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of a problem.
    pub fn code(&self) -> Option<&str> {
        self.json.get("code").and_then(Value::as_str)
    }

    /// The status must be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{} answered {}: {}",
            self.what,
            self.status,
            self.text()
        );
        self
    }

    /// It must be this problem, as RFC 9457 has it.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{answer:?}"
        );
        assert_eq!(
            answer.code(),
            Some(code),
            "{} answered {}",
            answer.what,
            answer.text()
        );
        assert_eq!(answer.at("/status"), status, "{}", answer.text());
        assert_eq!(
            answer.header("x-request-id"),
            Some(answer.str("/request_id")),
            "{answer:?}"
        );
        answer
    }

    /// The problem must blame this field.
    #[track_caller]
    pub fn expect_fault(self, pointer: &str) -> Self {
        let faults = self.json.get("errors").and_then(Value::as_array);
        let found =
            faults.is_some_and(|faults| faults.iter().any(|fault| fault["pointer"] == pointer));
        assert!(
            found,
            "{} does not blame {pointer}: {}",
            self.what,
            self.text()
        );
        self
    }

    /// The value at a JSON pointer, which must be there.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        self.json
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{} has no {pointer}: {}", self.what, self.text()))
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn str(&self, pointer: &str) -> &str {
        self.at(pointer)
            .as_str()
            .unwrap_or_else(|| panic!("{pointer} of {} is no text: {}", self.what, self.text()))
    }

    /// The list at a JSON pointer.
    #[track_caller]
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer)
            .as_array()
            .unwrap_or_else(|| panic!("{pointer} of {} is no list: {}", self.what, self.text()))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
