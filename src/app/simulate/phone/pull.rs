//! Pulling: page after page until the cursor. All of them are committed with it at once: a row that was kept without its
//! cursor may leave before the next pull, which then knows nothing of it. Every document is held against what its reader may
//! know.

use serde_json::Value;
use uuid::Uuid;

use super::{Phone, Stop};
use crate::app::simulate::faults::Fault;
use crate::app::simulate::rules;
use crate::app::simulate::store::{Change, Receipt, Row};
use crate::app::simulate::wire::{Answer, Call, list, text};
use crate::app::simulate::witness::Wrong;

/// Most pages of one pull: more means that the server sends in circles.
const MAX_PAGES: usize = 10_000;

/// Collections that all phones have alike.
const REFERENCE: [&str; 6] = [
    "items",
    "conditions",
    "criteria",
    "areas",
    "units",
    "points",
];

/// A page, read.
struct Page {
    changes: Vec<Change>,
    receipts: Vec<(Uuid, Receipt)>,
    next: Option<String>,
    cursor: Option<String>,
    snapshot: bool,
}

impl Phone {
    pub(super) async fn pull(&mut self) -> Result<(), Stop> {
        self.world.witness.seen().pulls += 1;
        let limit = self.chance.between(20, 500);
        let (mut whole, mut receipts): (Vec<Change>, Vec<(Uuid, Receipt)>) = Default::default();
        let mut next: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let Some(page) = self.page(limit, next.as_deref()).await? else {
                // The server does not know the cursor: everything anew, and nothing unsent is touched.
                self.store.cursor = None;
                (whole, receipts, next) = Default::default();
                continue;
            };
            if self.strikes(Fault::KilledBetweenPages) {
                return Err(Stop::Killed);
            }
            if !page.snapshot {
                self.check_order(&page.changes);
            }
            whole.extend(page.changes);
            receipts.extend(page.receipts);
            if page.next.is_none() {
                if page.snapshot {
                    self.store.commit_snapshot(whole, receipts, page.cursor);
                } else {
                    self.store.commit_delta(whole, receipts, page.cursor);
                }
                return Ok(());
            }
            next = page.next;
        }
        self.accuse(Wrong::Stuck, "a pull does not come to an end");
        Err(Stop::Lost)
    }

    /// One page; none when the cursor is not known.
    async fn page(&mut self, limit: usize, next: Option<&str>) -> Result<Option<Page>, Stop> {
        let mut path = format!("sync/changes?limit={limit}");
        if let Some(cursor) = &self.store.cursor {
            path.push_str(&format!("&cursor={cursor}"));
        }
        if let Some(page) = next {
            path.push_str(&format!("&page={page}"));
        }
        let call = Call::get(path);
        if self.strikes(Fault::AnswerLostPull) {
            let call = self.signed(call);
            return Err(self.world.wire.send_unheard(&call).await.into());
        }
        if self.strikes(Fault::PageReplayed) {
            let first = self.ask(call.clone()).await?;
            let second = self.ask(call).await?;
            self.check_replay(&first, &second);
            return Ok(self.read(&second));
        }
        let answer = self.ask(call).await?;
        if answer.code() == "cursor_invalid" {
            return Ok(None);
        }
        match self.read(&answer) {
            Some(page) => Ok(Some(page)),
            None => {
                let words = format!("a pull is refused: {}", answer.words());
                self.accuse(Wrong::Stuck, &words);
                Err(Stop::Lost)
            }
        }
    }

    fn read(&mut self, answer: &Answer) -> Option<Page> {
        if answer.status != 200 {
            return None;
        }
        self.clock.hear(answer.text("server_time"), self.now);
        let mut changes = Vec::new();
        for entry in list(&answer.json, "changes") {
            self.check_secrets(entry);
            changes.push(self.shared(Change::read(entry)?));
        }
        let receipts = list(&answer.json, "receipts").iter().filter_map(receipt);
        let member =
            |name: &str| Some(answer.text(name).to_owned()).filter(|text| !text.is_empty());
        Some(Page {
            changes,
            receipts: receipts.collect(),
            next: member("page"),
            cursor: member("cursor"),
            snapshot: answer.text("mode") == "snapshot",
        })
    }

    fn shared(&self, change: Change) -> Change {
        match change {
            Change::Put(key, row) if REFERENCE.contains(&key.0.as_str()) => {
                let doc = self.world.share(row.doc);
                Change::Put(key, Row { doc, ..row })
            }
            other => other,
        }
    }

    fn check_secrets(&self, entry: &Value) {
        let (collection, id) = (text(entry, "c"), text(entry, "id"));
        let members = entry.get("doc").and_then(Value::as_object);
        for member in members.into_iter().flat_map(|members| members.keys()) {
            let words = match rules::may_know(self.person.part, collection, member) {
                Some(true) => continue,
                Some(false) => format!("{collection} {id} tells {member}"),
                None => format!("{collection} are not for {}", self.person.username),
            };
            self.accuse(Wrong::WronglyVisible, &words);
        }
    }

    /// A ticket's version never goes back while the cursor goes on.
    fn check_order(&self, changes: &[Change]) {
        for change in changes {
            if let Change::Put(key, row) = change
                && key.0 == "tickets"
                && let Some(had) = self.store.rows.get(key)
                && had.rev > row.rev
            {
                let words = format!("ticket {} went from {} back to {}", key.1, had.rev, row.rev);
                self.accuse(Wrong::Lost, &words);
            }
        }
    }

    /// The same page again gives the same rows or newer ones: none is missing that has not changed meanwhile.
    fn check_replay(&self, first: &Answer, second: &Answer) {
        for entry in list(&first.json, "changes") {
            let again = list(&second.json, "changes").iter().find(|other| {
                other.get("id") == entry.get("id") && other.get("c") == entry.get("c")
            });
            let rev = |entry: &Value| text(entry, "rev").parse::<i64>().unwrap_or_default();
            if again.is_some_and(|again| rev(again) < rev(entry)) {
                let words = format!(
                    "a page replayed gives an older version of {}",
                    text(entry, "id")
                );
                self.accuse(Wrong::Lost, &words);
            }
        }
    }
}

fn receipt(entry: &Value) -> Option<(Uuid, Receipt)> {
    let flag = |name: &str| entry.get(name).and_then(Value::as_bool).unwrap_or(false);
    let receipt = Receipt {
        verdict: text(entry, "verdict").to_owned(),
        complete: flag("complete"),
        safe: flag("safe_to_delete"),
    };
    Some((text(entry, "mid").parse().ok()?, receipt))
}
