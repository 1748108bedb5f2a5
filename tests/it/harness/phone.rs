//! A phone that pulls: what it holds is what the server has sent it, and nothing else.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Client, Response, TestApp};

/// A row that a phone holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Version.
    pub rev: i64,
    /// Document.
    pub doc: Map<String, Value>,
}

/// Rows by collection and id.
pub type Store = BTreeMap<(String, String), Row>;

/// A phone with someone logged in on it.
pub struct Phone {
    /// Who is logged in.
    pub client: Client,
    /// Its id.
    pub device: Uuid,
    /// What it holds.
    pub rows: Store,
    /// Receipts by mutation.
    pub receipts: BTreeMap<String, Value>,
    /// How far it has come.
    pub cursor: Option<String>,
}

/// What one pull brought, all pages together.
#[derive(Debug, Default)]
pub struct Pulled {
    /// Changes as sent.
    pub changes: Vec<Value>,
    /// Receipts as sent.
    pub receipts: Vec<Value>,
    /// Pages.
    pub pages: usize,
    /// `delta` or `snapshot`.
    pub mode: String,
}

impl Phone {
    /// A new phone.
    pub async fn of(app: &TestApp, username: &str) -> Self {
        let device = Uuid::new_v4();
        Self {
            client: app.client().login_on(username, device).await,
            device,
            rows: Store::new(),
            receipts: BTreeMap::new(),
            cursor: None,
        }
    }

    /// The same person logs in again on the same phone: the test has moved the clock past the token's life.
    pub async fn log_in_again(&mut self, app: &TestApp, username: &str) {
        self.client = app.client().login_on(username, self.device).await;
    }

    /// Pulls until it has everything.
    pub async fn pull(&mut self) -> Pulled {
        self.pull_by(2_000).await
    }

    /// Pulls in pages of so many rows.
    pub async fn pull_by(&mut self, limit: usize) -> Pulled {
        let mut pulled = Pulled::default();
        let mut page: Option<String> = None;
        loop {
            let answer = self.page(page.as_deref(), limit).await.expect(200);
            let more = self.apply(&answer, &mut pulled);
            match more {
                Some(next) => page = Some(next),
                None => return pulled,
            }
        }
    }

    /// Asks for a page.
    pub async fn page(&self, page: Option<&str>, limit: usize) -> Response {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        if let Some(cursor) = &self.cursor {
            query.push(("cursor", cursor));
        }
        if let Some(page) = page {
            query.push(("page", page));
        }
        self.client.get("sync/changes").query(&query).await
    }

    /// Takes a page in; answers where the next begins.
    pub fn apply(&mut self, answer: &Response, pulled: &mut Pulled) -> Option<String> {
        pulled.pages += 1;
        pulled.mode = answer.str("/mode").to_owned();
        if pulled.pages == 1 && pulled.mode == "snapshot" {
            self.rows.clear();
        }
        for change in answer.list("/changes") {
            self.apply_change(change);
            pulled.changes.push(change.clone());
        }
        for receipt in answer.list("/receipts") {
            let mid = receipt["mid"].as_str().expect("a mid").to_owned();
            self.receipts.insert(mid, receipt.clone());
            pulled.receipts.push(receipt.clone());
        }
        let page = answer.at("/page").as_str().map(str::to_owned);
        assert_eq!(answer.at("/has_more"), page.is_some());
        assert_eq!(answer.at("/cursor").is_null(), page.is_some());
        if page.is_none() {
            self.cursor = Some(answer.str("/cursor").to_owned());
        }
        page
    }

    fn apply_change(&mut self, change: &Value) {
        let text = |member: &str| change[member].as_str().expect("a text").to_owned();
        let key = (text("c"), text("id"));
        let rev: i64 = text("rev").parse().expect("a version");
        match change["op"].as_str() {
            Some("put") => {
                let doc = change["doc"].as_object().expect("a document").clone();
                if let Some(held) = self.rows.insert(key, Row { rev, doc }) {
                    assert!(held.rev <= rev, "an older version was sent: {change}");
                }
            }
            Some("del" | "gone") => {
                self.rows.remove(&key);
            }
            other => panic!("{other:?} is no op"),
        }
    }

    /// Ids that it holds of a collection.
    pub fn ids(&self, collection: &str) -> Vec<&str> {
        self.rows
            .keys()
            .filter(|(held, _)| held == collection)
            .map(|(_, id)| id.as_str())
            .collect()
    }

    /// A document that it must hold.
    #[track_caller]
    pub fn doc(&self, collection: &str, id: &str) -> &Map<String, Value> {
        let key = (collection.to_owned(), id.to_owned());
        match self.rows.get(&key) {
            Some(row) => &row.doc,
            None => panic!("the phone holds no {collection} {id}"),
        }
    }

    /// Sends a batch, as it is.
    pub async fn send(&self, body: impl Into<Vec<u8>>) -> Response {
        self.client
            .post("sync/batches")
            .body("application/json", body)
            .await
    }

    /// Sends mutations with what the phone knows; each has its result, in the order of the batch.
    pub async fn push(&self, mutations: &[Value]) -> Vec<Value> {
        let body = json!({ "batch_id": Uuid::new_v4(), "base_cursor": self.cursor, "mutations": mutations });
        let answer = self.send(body.to_string()).await.expect(200);
        assert_eq!(Some(answer.at("/batch_id")), body.get("batch_id"));
        let results = answer.list("/results").to_vec();
        let mids = |items: &[Value]| -> Vec<Value> {
            items
                .iter()
                .map(|item| item.get("mid").cloned().unwrap_or_default())
                .collect()
        };
        assert_eq!(mids(&results), mids(mutations), "{answer:?}");
        results
    }

    /// Sends one mutation.
    pub async fn push_one(&self, mutation: &Value) -> Value {
        self.push(std::slice::from_ref(mutation)).await.remove(0)
    }
}
