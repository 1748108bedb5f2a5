//! Making mutations: written once, with their photos, and never changed afterwards, however often they are sent.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Phone;
use crate::app::simulate::photo::Photo;
use crate::app::simulate::store::Outgoing;
use crate::app::simulate::witness::{Hope, Sent};

/// What a person wants done.
pub(in crate::app::simulate) struct Wish {
    pub(in crate::app::simulate) kind: &'static str,
    pub(in crate::app::simulate) target: Uuid,
    /// Version of the ticket that the person saw.
    pub(in crate::app::simulate) seen: Option<i64>,
    pub(in crate::app::simulate) after: Vec<Uuid>,
    pub(in crate::app::simulate) geo: Option<Value>,
    pub(in crate::app::simulate) role: &'static str,
    pub(in crate::app::simulate) photos: Vec<Photo>,
    pub(in crate::app::simulate) data: Value,
    pub(in crate::app::simulate) hope: Hope,
    /// Words in `data` that occur nowhere else.
    pub(in crate::app::simulate) marker: String,
}

impl Wish {
    pub(in crate::app::simulate) fn new(kind: &'static str, target: Uuid, data: Value) -> Self {
        Self {
            kind,
            target,
            seen: None,
            after: Vec::new(),
            geo: None,
            role: "before",
            photos: Vec::new(),
            data,
            hope: Hope::Judged,
            marker: String::new(),
        }
    }
}

impl Phone {
    /// Writes it into the outbox; answers its mid.
    pub(in crate::app::simulate) fn make(&mut self, wish: Wish) -> Uuid {
        let mid = self.chance.mid(self.clock.wall(self.now));
        let seq = self.store.next_seq();
        let body = self.written(mid, seq, &wish);
        let aids: Vec<Uuid> = wish.photos.iter().map(|photo| photo.aid).collect();
        let sent = Sent {
            account: self.account,
            kind: wish.kind.to_owned(),
            target: wish.target,
            hope: wish.hope,
            aids: aids.clone(),
            body: body.clone(),
            marker: wish.marker,
            sent: false,
            verdict: None,
            told_safe: false,
            forsaken: false,
        };
        self.world.witness.made(mid, sent, &wish.photos);
        let outgoing = Outgoing {
            mid,
            kind: wish.kind.to_owned(),
            target: wish.target,
            body: Arc::new(body),
            aids,
            verdict: None,
            safe: false,
        };
        self.store.commit_made(seq, outgoing, wish.photos);
        mid
    }

    fn written(&self, mid: Uuid, seq: u64, wish: &Wish) -> Value {
        let declared: Vec<Value> = wish
            .photos
            .iter()
            .map(|photo| photo.declared(wish.role))
            .collect();
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("mid", json!(mid));
        set("seq", json!(seq));
        set("kind", json!(wish.kind));
        set("id", json!(wish.target));
        set("depends_on", json!(wish.after));
        set("captured", self.clock.captured(self.now));
        set("attachments", json!(declared));
        set("data", wish.data.clone());
        if let Some(seen) = wish.seen {
            set("base_rev", json!(seen.to_string()));
        }
        if let Some(geo) = &wish.geo {
            set("geo", geo.clone());
        }
        body.into()
    }
}
