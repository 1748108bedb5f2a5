//! What a push is sent and answers, and the other questions about what phones have sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::evidence::Sha256Digest;
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use crate::domain::text::Text;
use crate::http::extract::BaseUrl;
use crate::services::Result;
use crate::services::input::fault::Faults;
use crate::services::sync::have::{Have, MAX_ASKED};
use crate::services::sync::outbox::OutboxItem;
use crate::services::sync::push::Pushed;
use crate::services::sync::quarantine::{MAX_REPLAYED, Quarantined, Replayed, Which};

/// A batch of mutations. Members that are not known are kept and ignored, here and in every mutation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `read_batch` reads by itself")]
pub struct SyncBatch {
    /// The phone's name for it; comes back.
    batch_id: Option<Uuid>,
    /// The cursor of the phone's last pull: what it knew when this was done.
    base_cursor: Option<String>,
    /// The app, for the log.
    #[schema(value_type = Option<Object>)]
    app: Option<Value>,
    /// The phone's clocks at the sending: `{wall, mono_ms, boot}`.
    #[schema(value_type = Option<Object>)]
    clock: Option<Value>,
    /// At most 200: `{mid, seq, kind, id, depends_on, base_rev, captured, geo, attachments, data}`.
    #[schema(value_type = Vec<Object>)]
    mutations: Vec<Value>,
}

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub struct BatchOut {
    /// As it came.
    batch_id: Option<Uuid>,
    /// Server time.
    server_time: Timestamp,
    /// One for each mutation, in the order of the batch: `mid`, `verdict` (`applied`, `merged`, `conflict`, `held`,
    /// `quarantined` or `deferred`), `attachments`, `safe_to_delete`, and what belongs to the verdict.
    #[schema(value_type = Vec<Object>)]
    results: Vec<Value>,
}

impl BatchOut {
    /// The answer.
    pub fn new(batch_id: Option<Uuid>, pushed: Pushed) -> Self {
        Self {
            batch_id,
            server_time: pushed.server_time,
            results: pushed.results,
        }
    }
}

/// What a phone is not sure to have sent.
#[derive(Deserialize, ToSchema)]
pub struct HaveIn {
    /// Mutations, at most 2000.
    #[serde(default)]
    mids: Vec<Uuid>,
    /// Photos, at most 2000.
    #[serde(default)]
    attachments: Vec<HavePhotoIn>,
}

/// A photo that may be here.
#[derive(Deserialize, ToSchema)]
pub struct HavePhotoIn {
    /// Made by the phone.
    aid: Uuid,
    /// SHA-256 of the file, 64 hexadecimal digits.
    sha256: String,
}

/// Mutations and photos to look for.
pub type Asked = (Vec<Uuid>, Vec<(Uuid, Sha256Digest)>);

impl HaveIn {
    /// The question.
    ///
    /// # Errors
    /// `invalid`.
    pub fn parse(self) -> Result<Asked> {
        let mut faults = Faults::default();
        for (at, count) in [
            ("/mids", self.mids.len()),
            ("/attachments", self.attachments.len()),
        ] {
            if count > MAX_ASKED {
                let (zh, en) = (
                    format!("最多 {MAX_ASKED} 个"),
                    format!("at most {MAX_ASKED}"),
                );
                faults.add(at, "too_many", &zh, &en);
            }
        }
        let mut photos = Vec::new();
        for (index, photo) in self.attachments.into_iter().enumerate() {
            match Sha256Digest::from_hex(&photo.sha256) {
                Some(sha256) => photos.push((photo.aid, sha256)),
                None => faults.add(
                    format!("/attachments/{index}/sha256"),
                    "not_a_digest",
                    "应为 64 位十六进制",
                    "64 hexadecimal digits",
                ),
            }
        }
        faults.refuse_or((self.mids, photos))
    }
}

/// What is here of it.
#[derive(Serialize, ToSchema)]
pub struct HaveOut {
    /// Mutations that are here, with their verdicts.
    known: BTreeMap<Uuid, String>,
    /// Mutations to be sent again.
    unknown: Vec<Uuid>,
    /// Photos that are here whole.
    stored: Vec<Uuid>,
    /// Photos of which a part is here.
    partial: Vec<PartialOut>,
    /// Photos of which nothing is here, to be sent again.
    absent: Vec<Uuid>,
}

/// A photo of which a part is here.
#[derive(Serialize, ToSchema)]
pub struct PartialOut {
    /// Made by the phone.
    aid: Uuid,
    /// Bytes that are here.
    offset: u64,
    /// Where to go on.
    url: String,
}

impl HaveOut {
    /// With addresses below this one.
    pub fn new(have: Have, base: &BaseUrl) -> Self {
        let partial = have.partial.into_iter().map(|it| PartialOut {
            aid: it.aid,
            offset: it.offset,
            url: base.upload(&it.link),
        });
        Self {
            known: have.known,
            unknown: have.unknown,
            stored: have.stored,
            partial: partial.collect(),
            absent: have.absent,
        }
    }
}

/// Words in both languages: a phone keeps them for a reader to come.
#[derive(Serialize, ToSchema)]
pub struct WordsOut {
    /// 简体中文.
    zh: String,
    /// English.
    en: String,
}

impl From<Text> for WordsOut {
    fn from(text: Text) -> Self {
        Self {
            zh: text.zh.into_owned(),
            en: text.en.into_owned(),
        }
    }
}

/// The caller's own work that is not done or not complete.
#[derive(Serialize, ToSchema)]
pub struct OutboxOut {
    /// The latest first.
    items: Vec<OutboxItemOut>,
}

/// A mutation that is not done or not complete.
#[derive(Serialize, ToSchema)]
pub struct OutboxItemOut {
    /// Its id.
    mid: Uuid,
    /// Its kind.
    #[schema(example = "ticket.submit")]
    kind: String,
    /// What it is about.
    id: Option<Uuid>,
    /// Its place in the phone's order.
    seq: i64,
    /// When the server had it.
    received_at: Timestamp,
    /// `quarantined`, `held`, `conflict`; `applied` or `merged` while photos are missing.
    verdict: &'static str,
    /// Why.
    code: String,
    /// Why, in words.
    detail: WordsOut,
    /// What to do.
    advice: WordsOut,
    /// Photos that are not here yet.
    missing: Vec<Uuid>,
    /// The phone may delete its copy.
    safe_to_delete: bool,
}

impl From<Vec<OutboxItem>> for OutboxOut {
    fn from(items: Vec<OutboxItem>) -> Self {
        let items = items.into_iter().map(|item| OutboxItemOut {
            mid: item.mid,
            kind: item.kind,
            id: item.target_id,
            seq: item.seq,
            received_at: item.received_at,
            verdict: item.verdict.as_str(),
            code: item.code,
            detail: item.detail.into(),
            advice: item.advice.into(),
            safe_to_delete: item.missing.is_empty(),
            missing: item.missing,
        });
        Self {
            items: items.collect(),
        }
    }
}

/// A page of what was quarantined.
#[derive(Serialize, ToSchema)]
pub struct QuarantineOut {
    /// The oldest first.
    items: Vec<QuarantinedOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// A mutation that was quarantined.
#[derive(Serialize, ToSchema)]
pub struct QuarantinedOut {
    /// Its sender.
    account: Uuid,
    /// Its id.
    mid: Uuid,
    /// Its kind as it came.
    kind: String,
    /// What it is about.
    id: Option<Uuid>,
    /// The phone that sent it.
    device: Option<Uuid>,
    /// When the server had it.
    received_at: Timestamp,
    /// Why.
    #[schema(example = "item_unknown")]
    code: Value,
    /// Where in it.
    path: Value,
    /// Why, in words: `{zh, en}`.
    detail: Value,
    /// As it came.
    raw: String,
}

impl From<Page<Quarantined>> for QuarantineOut {
    fn from(page: Page<Quarantined>) -> Self {
        let page = page.map(|it| {
            let told = |name: &str| it.outcome.result.get(name).cloned().unwrap_or_default();
            QuarantinedOut {
                code: told("code"),
                path: told("path"),
                detail: told("detail"),
                account: it.account_id,
                mid: it.mid,
                kind: it.kind,
                id: it.target_id,
                device: it.device_id,
                received_at: it.received_at,
                raw: it.raw,
            }
        });
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuarantineQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Mutations on a page, 50 unless said, 500 at most.
    limit: Option<u32>,
}

impl QuarantineQuery {
    /// Rows on a page.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }
}

/// What to judge again: either `items` or `code`.
#[derive(Deserialize, ToSchema)]
pub struct ReplayIn {
    /// These, at most 1000.
    items: Option<Vec<ReplayItemIn>>,
    /// Those quarantined for this reason, the oldest 1000.
    #[schema(example = "item_unknown")]
    code: Option<String>,
}

/// A mutation to judge again.
#[derive(Deserialize, ToSchema)]
pub struct ReplayItemIn {
    /// Its sender.
    account: Uuid,
    /// Its id.
    mid: Uuid,
}

impl ReplayIn {
    /// Which mutations.
    ///
    /// # Errors
    /// `invalid` unless it is one of the two.
    pub fn parse(self) -> Result<Which> {
        let mut faults = Faults::default();
        match (self.items, self.code) {
            (Some(items), None) if items.len() <= MAX_REPLAYED => Ok(Which::Items(
                items.into_iter().map(|it| (it.account, it.mid)).collect(),
            )),
            (None, Some(code)) => Ok(Which::OfCode(code)),
            (Some(_), None) => {
                let most = MAX_REPLAYED;
                let (zh, en) = (format!("最多 {most} 个"), format!("at most {most}"));
                faults.add("/items", "too_many", &zh, &en);
                faults.refuse()
            }
            _ => {
                faults.add(
                    "",
                    "items_or_code",
                    "items 与 code 二者取一",
                    "either items or code",
                );
                faults.refuse()
            }
        }
    }
}

/// What was judged again.
#[derive(Serialize, ToSchema)]
pub struct ReplayOut {
    /// One for each mutation.
    results: Vec<ReplayedOut>,
}

/// A mutation that was judged again.
#[derive(Serialize, ToSchema)]
pub struct ReplayedOut {
    /// Its sender.
    account: Uuid,
    /// Its id.
    mid: Uuid,
    /// The verdict now; none when it was not quarantined.
    verdict: Option<&'static str>,
    /// Why it is still quarantined.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl From<Vec<Replayed>> for ReplayOut {
    fn from(replayed: Vec<Replayed>) -> Self {
        let results = replayed.into_iter().map(|it| ReplayedOut {
            account: it.account_id,
            mid: it.mid,
            verdict: it.verdict.map(|verdict| verdict.as_str()),
            code: it.code,
        });
        Self {
            results: results.collect(),
        }
    }
}
