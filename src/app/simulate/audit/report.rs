//! Reports: each that was acknowledged is there with the content that was sent, and its findings have one ticket each.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::Audit;
use crate::app::simulate::compare::{Entry, plain};
use crate::app::simulate::wire::{list, text};
use crate::app::simulate::witness::{Sent, Wrong};
use crate::db::{Conn, DbError, oracle};

impl Audit<'_> {
    /// Reports that were applied are there as they were sent, each finding with one ticket.
    pub(super) async fn reports(&mut self, conn: &mut Conn) -> Result<(), DbError> {
        let kept: BTreeMap<Uuid, &Sent> = self
            .seen
            .mutations
            .values()
            .filter(|one| one.kind == "report.create")
            .filter(|one| {
                one.verdict.as_deref() == Some("applied")
                    || self.seen.both_ways.contains(&one.target)
            })
            .map(|one| (one.target, one))
            .collect();
        let ids: Vec<Uuid> = kept.keys().copied().collect();
        let mut there: BTreeMap<Uuid, Value> = BTreeMap::new();
        for part in ids.chunks(1_000) {
            for row in oracle::reports(conn, part).await? {
                if let Ok(id) = text(&row, "id").parse() {
                    there.insert(id, row);
                }
            }
        }
        for (id, one) in kept {
            let Some(row) = there.get(&id) else {
                self.accuse(
                    Wrong::Lost,
                    format!("report {id} was acknowledged and is gone"),
                );
                continue;
            };
            let added = self.photos_added(id);
            let (sent, is) = (plain(&content_sent(one, &added)), plain(&content_kept(row)));
            if sent != is {
                self.accuse(Wrong::Lost, format!("report {id} is {is}, not {sent}"));
            }
            let findings = list(row, "findings").len();
            if row.get("tickets") != Some(&json!(findings)) {
                let words = format!("report {id} has {findings} findings and other tickets");
                self.accuse(Wrong::Doubled, words);
            }
        }
        Ok(())
    }

    /// Finding and photo of each addition to this report that was applied.
    fn photos_added(&self, report: Uuid) -> Vec<(Value, Uuid)> {
        let additions = self.seen.mutations.iter().filter(|(mid, one)| {
            let entry = self.ledger.get(&(one.account, **mid));
            one.kind == "report.add_attachments"
                && one.target == report
                && entry.is_some_and(Entry::is_done)
        });
        additions
            .flat_map(|(_, one)| {
                let finding = one.body.pointer("/data/finding").cloned();
                one.aids
                    .iter()
                    .map(move |aid| (finding.clone().unwrap_or_default(), *aid))
            })
            .collect()
    }
}

fn content_sent(one: &Sent, added: &[(Value, Uuid)]) -> Value {
    let data = one.body.get("data").cloned().unwrap_or_default();
    let findings: Vec<Value> = list(&data, "findings")
        .iter()
        .map(|finding| {
            let mut photos = list(finding, "attachments").to_vec();
            let more = added.iter().filter(|(of, _)| finding.get("id") == Some(of));
            photos.extend(more.map(|(_, aid)| json!(aid)));
            json!({
                "id": finding.get("id"),
                "item": finding.get("item"),
                "text": finding.get("text"),
                "photos": photos,
            })
        })
        .collect();
    json!({
        "account": one.account,
        "note": data.get("note"),
        "clean": data.get("clean"),
        "findings": findings,
    })
}

fn content_kept(row: &Value) -> Value {
    json!({
        "account": row.get("account"),
        "note": row.get("note"),
        "clean": row.get("clean"),
        "findings": row.get("findings"),
    })
}
