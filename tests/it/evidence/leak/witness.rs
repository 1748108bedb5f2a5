//! Someone who keeps every answer, and knows which operation of the OpenAPI document gave it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use reqwest::Method;
use serde_json::{Value, json};
use xuncha::http::openapi::document_json;

use super::canary::Canaries;
use crate::authz::table::ROWS;
use crate::harness::client::Request;
use crate::harness::story::ticket;
use crate::harness::{Client, Response};
use crate::openapi::operations;

/// An operation: its method, its path and its name.
struct Operation {
    method: String,
    path: String,
    id: String,
}

/// What an operation answered.
struct Seen {
    operation: String,
    status: u16,
    /// Not an empty list.
    says_something: bool,
    is_forbidden: bool,
    everything: Vec<u8>,
    jpeg: Option<Vec<u8>>,
}

/// The officer who keeps every answer.
pub struct Witness {
    /// The officer.
    pub client: Client,
    operations: Vec<Operation>,
    seen: Mutex<Vec<Seen>>,
}

impl Witness {
    /// Before the first answer.
    pub fn new(client: Client) -> Self {
        let json = document_json(None).expect("the document is JSON");
        let document: Value = serde_json::from_str(&json).expect("the document is JSON");
        let operations = operations(&document)
            .map(|(method, path, id, _)| Operation { method, path, id })
            .collect();
        Self {
            client,
            operations,
            seen: Mutex::default(),
        }
    }

    /// Asks without a body.
    pub async fn ask(&self, method: &str, path: &str) -> Response {
        self.send(method, path, |request| request).await
    }

    /// Asks, and keeps the answer.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        with: impl FnOnce(Request) -> Request,
    ) -> Response {
        let name: Method = method.parse().expect("a method");
        let answer = with(self.client.request(name, path)).await;
        self.keep(method, path, &answer);
        answer
    }

    /// Asks as the same officer with another login.
    pub async fn send_as(&self, client: &Client, method: &str, path: &str) {
        let name: Method = method.parse().expect("a method");
        let answer = client.request(name, path).await;
        self.keep(method, path, &answer);
    }

    /// Gives a command on the version that the ticket has now.
    pub async fn command(&self, id: &str, command: &str, body: Value) {
        let rev = ticket(&self.client, id).await.str("/rev").to_owned();
        let path = format!("tickets/{id}/{command}");
        let with = |request: Request| request.if_match(rev).json(&body);
        self.send("POST", &path, with).await.expect(200);
        self.ask("GET", &format!("tickets/{id}")).await;
    }

    /// Asks every operation with ids that are there.
    pub async fn ask_everything(&self, ticket: &str, photo: &str) {
        let ids = [
            ("tickets", ticket.to_owned()),
            ("attachments", photo.to_owned()),
            ("units", self.first_id("units").await),
            ("points", self.first_id("points").await),
        ];
        for operation in &self.operations {
            let row = ROWS.iter().find(|row| row.operation == operation.id);
            let row = row.expect("every operation has a row");
            if row.ends_session || row.is_login {
                continue;
            }
            let mut path = operation.path.clone();
            for (parameter, value) in row.parameters {
                path = path.replace(&format!("{{{parameter}}}"), value);
            }
            let below = |area: &str| path.starts_with(&format!("/api/v1/{area}/"));
            let id = ids.iter().find(|(area, _)| below(area));
            let id = id.map_or("00000000-0000-4000-8000-000000000000", |(_, id)| id);
            while let (Some(from), Some(until)) = (path.find('{'), path.find('}')) {
                path.replace_range(from..=until, id);
            }
            if !row.query.is_empty() {
                path = format!("{path}?{}", row.query);
            }
            let has_body = !["GET", "HEAD", "DELETE"].contains(&operation.method.as_str());
            self.send(&operation.method, &path, |mut request| {
                for (name, value) in row.headers {
                    request = request.header(name, value);
                }
                match row.body.unwrap_or("{}") {
                    body if has_body => request.body(row.media_type, body),
                    _ => request,
                }
            })
            .await;
        }
    }

    async fn first_id(&self, list: &str) -> String {
        let answer = self.ask("GET", list).await.expect(200);
        answer.str("/items/0/id").to_owned()
    }

    fn keep(&self, method: &str, path: &str, answer: &Response) {
        let is_jpeg = answer.header("content-type") == Some("image/jpeg");
        let mut everything = answer.body.clone();
        for (name, value) in &answer.headers {
            if name == "date" {
                continue; // The real time may be anything.
            }
            everything.push(b'\n');
            everything.extend_from_slice(name.as_str().as_bytes());
            everything.extend_from_slice(value.as_bytes());
        }
        let lists = ["/items", "/changes", "/results"];
        let empty = lists
            .iter()
            .any(|list| answer.json.pointer(list) == Some(&json!([])));
        let mut seen = self.seen.lock().expect("no test panics while holding it");
        seen.push(Seen {
            operation: self.operation(method, path),
            status: answer.status,
            says_something: !empty,
            is_forbidden: answer.code() == Some("forbidden"),
            everything,
            jpeg: is_jpeg.then(|| answer.body.clone()),
        });
    }

    fn operation(&self, method: &str, path: &str) -> String {
        let path = path.split('?').next().unwrap_or_default();
        let full = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/v1/{path}")
        };
        let fits = |operation: &&Operation| {
            operation.method == method && is_of_template(&full, &operation.path)
        };
        let found = self.operations.iter().find(fits);
        let found = found.unwrap_or_else(|| panic!("{method} {path} is no operation"));
        found.id.clone()
    }

    /// Each operation has said something to this officer, or that it is not for officers.
    pub fn assert_everything_answered(&self) {
        let seen = self.seen.lock().expect("no test panics while holding it");
        let silent: Vec<&str> = self
            .operations
            .iter()
            .map(|operation| operation.id.as_str())
            .filter(|id| {
                let mut answers = seen.iter().filter(|seen| seen.operation == *id);
                let answered = answers
                    .clone()
                    .any(|seen| seen.status < 400 && seen.says_something);
                !answered && !answers.all(|seen| seen.is_forbidden)
            })
            .collect();
        assert_eq!(
            silent, [""; 0],
            "make these operations answer an officer, in this test"
        );
        let answered: BTreeSet<&str> = seen.iter().map(|seen| seen.operation.as_str()).collect();
        assert_eq!(answered.len(), self.operations.len());
    }

    /// Nothing that was kept has any of these in it, and no photo anything but a picture.
    pub fn assert_silent(&self, canaries: &Canaries) {
        let seen = self.seen.lock().expect("no test panics while holding it");
        let mut told = BTreeSet::new();
        let document = document_json(None).expect("the document is JSON");
        // The document is the same for everybody; it has a demo account in its examples.
        let is_document = |seen: &&Seen| seen.everything.starts_with(document.as_bytes());
        for seen in seen.iter().filter(|seen| !is_document(seen)) {
            for secret in canaries.found_in(&seen.everything) {
                told.insert(format!("{} {}: {secret}", seen.operation, seen.status));
            }
            if let Some(jpeg) = &seen.jpeg {
                let markers = markers(jpeg);
                assert!(
                    markers.iter().all(|marker| is_picture(*marker)),
                    "{markers:x?}"
                );
            }
        }
        assert!(told.is_empty(), "{told:#?}");
        let photos = seen.iter().filter(|seen| seen.jpeg.is_some()).count();
        assert!(photos >= 8, "only {photos} photos were looked at");
    }
}

/// `/a/{id}/b` takes `/a/1/b`.
fn is_of_template(path: &str, template: &str) -> bool {
    let (mut path, mut template) = (path.split('/'), template.split('/'));
    loop {
        match (path.next(), template.next()) {
            (None, None) => return true,
            (Some(_), Some(part)) if part.starts_with('{') => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

/// The markers of a JPEG up to its picture, and whatever comes after its end as marker 0.
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8]).expect("a JPEG");
    while let [0xff, marker, high, low, ..] = rest {
        found.push(*marker);
        if *marker == 0xda {
            break;
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    if !jpeg.ends_with(&[0xff, 0xd9]) {
        found.push(0);
    }
    found
}

/// JFIF's own segment, tables, frame and scan: what a picture cannot do without.
fn is_picture(marker: u8) -> bool {
    matches!(marker, 0xe0 | 0xdb | 0xc0 | 0xc2 | 0xc4 | 0xda | 0xdd)
}
