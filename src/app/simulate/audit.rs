//! Holding what the city has against what the witness saw: everything acknowledged is there, with equal content, once;
//! everything sent came to an end.

mod evidence;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use super::compare::{Entry, Ledger};
use super::desk::Desk;
use super::wire::{list, text};
use super::witness::{Case, Seen, Sent, Wrong};
use crate::db::{Conn, DbError, oracle};

/// Everything that is wrong with what the city has.
pub(super) struct Audit<'a> {
    seen: &'a Seen,
    ledger: &'a Ledger,
    cases: Vec<Case>,
}

/// The ledger of these accounts.
pub(super) async fn ledger(conn: &mut Conn, accounts: &[Uuid]) -> Result<Ledger, DbError> {
    let rows = oracle::ledger(conn, accounts).await?;
    let read = |row: &Value| {
        let entry = Entry {
            kind: text(row, "kind").to_owned(),
            verdict: text(row, "verdict").to_owned(),
            complete: row.get("complete").and_then(Value::as_bool) == Some(true),
            conflicts: row.get("conflicts").and_then(Value::as_u64).unwrap_or(0),
        };
        let (account, mid) = (text(row, "account"), text(row, "mid"));
        Some(((account.parse().ok()?, mid.parse().ok()?), entry))
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// Every check that needs no phone.
pub(super) async fn audit(
    conn: &mut Conn,
    seen: &Seen,
    ledger: &Ledger,
    desk: &Desk,
) -> Result<Vec<Case>, DbError> {
    let mut audit = Audit {
        seen,
        ledger,
        cases: Vec::new(),
    };
    let accounts: BTreeSet<Uuid> = seen.mutations.values().map(|one| one.account).collect();
    let accounts: Vec<Uuid> = accounts.into_iter().collect();
    audit.mutations();
    audit.reports(conn).await?;
    audit.trail(conn, &accounts).await?;
    audit.repeated(conn, &accounts).await?;
    audit.photos(conn).await?;
    audit.originals(desk).await;
    Ok(audit.cases)
}

impl Audit<'_> {
    fn accuse(&mut self, wrong: Wrong, words: String) {
        self.cases.push(Case { wrong, words });
    }

    fn mutations(&mut self) {
        for (mid, one) in &self.seen.mutations {
            let Sent { kind, account, .. } = one;
            let Some(entry) = self.ledger.get(&(*account, *mid)) else {
                if one.verdict.is_some() {
                    self.accuse(
                        Wrong::Lost,
                        format!("{kind} {mid} had a verdict and is gone"),
                    );
                } else if !one.forsaken {
                    self.accuse(Wrong::Stuck, format!("{kind} {mid} never got a verdict"));
                }
                continue;
            };
            if entry.kind != *kind || entry.conflicts > 0 {
                let words = format!("{mid} was {kind} and is kept as {entry:?}");
                self.accuse(Wrong::Doubled, words);
            }
            if entry.verdict == "held" && self.chain_is_whole(one) {
                self.accuse(Wrong::Stuck, format!("{kind} {mid} is held for ever"));
            }
            let done = |verdict: &str| matches!(verdict, "applied" | "merged");
            if one.verdict.as_deref().is_some_and(done) && !done(&entry.verdict) {
                let words = format!("{kind} {mid} was applied and is {}", entry.verdict);
                self.accuse(Wrong::Lost, words);
            }
            let photos_gone = one.aids.iter().any(|aid| {
                let photo = self.seen.photos.get(aid);
                photo.is_some_and(|photo| photo.forsaken && !photo.told_stored)
            });
            if one.told_safe && !entry.complete {
                let words = format!("{kind} {mid} was safe to delete and misses photos");
                self.accuse(Wrong::Lost, words);
            }
            if !entry.complete && !photos_gone {
                self.accuse(Wrong::Stuck, format!("{kind} {mid} still misses photos"));
            }
        }
    }

    /// Whether everything that it waits for has arrived.
    fn chain_is_whole(&self, one: &Sent) -> bool {
        let arrived = |mid: &Uuid| self.ledger.contains_key(&(one.account, *mid));
        list(&one.body, "depends_on")
            .iter()
            .filter_map(|mid| mid.as_str()?.parse().ok())
            .all(|mid| arrived(&mid))
    }

    /// A command that was applied is in the trail once; one that was not, is not.
    async fn trail(&mut self, conn: &mut Conn, accounts: &[Uuid]) -> Result<(), DbError> {
        let rows = oracle::markers_in_trail(conn, accounts).await?;
        let times: BTreeMap<&str, u64> = rows
            .iter()
            .map(|row| {
                let times = row.get("times").and_then(Value::as_u64);
                (text(row, "opinion"), times.unwrap_or(0))
            })
            .collect();
        for (mid, one) in &self.seen.mutations {
            if !one.kind.starts_with("ticket.") || one.marker.is_empty() {
                continue;
            }
            let entry = self.ledger.get(&(one.account, *mid));
            let applied =
                entry.is_some_and(|entry| matches!(entry.verdict.as_str(), "applied" | "merged"));
            let should = u64::from(applied);
            let is = times.get(one.marker.as_str()).copied().unwrap_or(0);
            if is != should {
                let wrong = if is > should {
                    Wrong::Doubled
                } else {
                    Wrong::Lost
                };
                let words = format!(
                    "{} {mid} is {is} times in the trail, not {should}",
                    one.kind
                );
                self.accuse(wrong, words);
            }
        }
        Ok(())
    }

    async fn repeated(&mut self, conn: &mut Conn, accounts: &[Uuid]) -> Result<(), DbError> {
        for row in oracle::made_twice(conn, accounts).await? {
            self.accuse(Wrong::Doubled, format!("made more than once: {row}"));
        }
        Ok(())
    }
}
