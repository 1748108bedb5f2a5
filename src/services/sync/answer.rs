//! What a phone is told of each mutation. Verdicts are as they were kept; which photos are here, and the ticket's document, are as
//! they are now, and only as far as they are committed.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::documents;
use crate::db::mutation::Outcome;
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::evidence::Sha256Digest;
use crate::domain::sync::document::TaskDoc;
use crate::domain::sync::mutation::{RETRY_AFTER_S, Verdict};
use crate::services::error::Result;
use crate::services::input::mutation::Mutation;
use crate::services::state::Services;

/// What became of a mutation of a batch.
#[derive(Debug, Clone)]
pub(super) enum Settled {
    /// It is kept, with its verdict.
    Kept(Kept),
    /// It could not be judged: nothing of it is kept.
    Deferred,
}

/// A kept mutation.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub outcome: Outcome,
    pub received_at: Timestamp,
    /// It was here before this batch.
    pub seen_before: bool,
}

/// The answers to a batch, in its order. Everything must be committed.
pub(super) async fn compose(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    mutations: &[Mutation],
    settled: &[Settled],
) -> Result<Vec<Value>> {
    let stored = stored(conn, actor, mutations).await?;
    let documents = documents(svc, conn, actor, mutations, settled).await?;
    let pairs = mutations.iter().zip(settled).enumerate();
    let answers = pairs.map(|(index, (it, settled))| {
        let mut answer = Map::new();
        answer.insert("mid".to_owned(), json!(it.mid));
        if it.has_no_mid() {
            answer.insert("index".to_owned(), index.into());
        }
        match settled {
            Settled::Kept(kept) => describe(&mut answer, it, kept, &stored, &documents),
            Settled::Deferred => {
                answer.insert("verdict".to_owned(), "deferred".into());
                answer.insert("retry_after_s".to_owned(), RETRY_AFTER_S.into());
            }
        }
        Value::Object(answer)
    });
    Ok(answers.collect())
}

fn describe(
    answer: &mut Map<String, Value>,
    it: &Mutation,
    kept: &Kept,
    stored: &HashSet<(Uuid, Sha256Digest)>,
    documents: &HashMap<Uuid, Value>,
) {
    let missing: Vec<Uuid> = it
        .photos
        .iter()
        .filter(|photo| !stored.contains(photo))
        .map(|(aid, _)| *aid)
        .collect();
    let outcome = &kept.outcome;
    let members = json!({
        "verdict": outcome.verdict.as_str(),
        "seen_before": kept.seen_before,
        "received_at": kept.received_at,
        "canon_sha256": it.canon_sha256.to_string(),
        "attachments": {
            "expected": it.photos.len(),
            "stored": it.photos.len() - missing.len(),
            "missing": missing,
        },
        "safe_to_delete": missing.is_empty(),
    });
    for part in [&members, &outcome.result] {
        answer.extend(part.as_object().cloned().unwrap_or_default());
    }
    if let Some(waiting) = &outcome.waiting {
        answer.insert("waiting_for".to_owned(), json!(waiting.ids));
        answer.insert("release_at".to_owned(), json!(waiting.release_at));
    }
    if let Some(document) = asks_for_document(it, kept).and_then(|id| documents.get(&id)) {
        answer.insert("doc".to_owned(), document.clone());
    }
}

/// The ticket or task whose document goes with the answer.
fn asks_for_document(it: &Mutation, kept: &Kept) -> Option<Uuid> {
    let verdict = kept.outcome.verdict;
    let told = matches!(
        verdict,
        Verdict::Applied | Verdict::Merged | Verdict::Conflict
    );
    let known = it.kind.starts_with("ticket.") || it.kind.starts_with("task.");
    it.target.filter(|_| told && known)
}

/// The photos of these mutations whose bytes are here, with the digests that they have.
async fn stored(
    conn: &mut Conn,
    actor: &Actor,
    mutations: &[Mutation],
) -> Result<HashSet<(Uuid, Sha256Digest)>> {
    let photos = mutations.iter().flat_map(|it| &it.photos);
    let aids: Vec<Uuid> = photos.map(|(aid, _)| *aid).collect();
    if aids.is_empty() {
        return Ok(HashSet::new());
    }
    let stored = db::attachment::stored_of(conn, actor.account_id, &aids).await?;
    Ok(stored.into_iter().collect())
}

/// The tickets and the sender's own tasks as it would pull them now; none that it may not know of.
async fn documents(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    mutations: &[Mutation],
    settled: &[Settled],
) -> Result<HashMap<Uuid, Value>> {
    let asked = mutations.iter().zip(settled);
    let ids: Vec<Uuid> = asked
        .filter_map(|(it, settled)| match settled {
            Settled::Kept(kept) => asks_for_document(it, kept),
            Settled::Deferred => None,
        })
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let reference = svc.reference.current(conn).await?;
    let visible = db::ticket::visible_among(conn, &TicketScope::of(actor), &ids).await?;
    let mut documents = HashMap::new();
    for (id, facts) in db::sync_document::tickets(conn, &visible, actor.role).await? {
        let document = documents::ticket(&reference, actor, facts);
        let document = serde_json::to_value(document).map_err(anyhow::Error::from)?;
        documents.insert(id, document);
    }
    for (id, task) in db::sync_document::tasks(conn, &ids).await? {
        if task.account_id == actor.account_id {
            let document = TaskDoc::of(task, None);
            let document = serde_json::to_value(document).map_err(anyhow::Error::from)?;
            documents.insert(id, document);
        }
    }
    Ok(documents)
}
