//! The log: entries without a gap, every head's root from the entries, its signature, and its twin outside.

use std::collections::VecDeque;

use super::outside::Outside;
use super::{Progress, Report, Witness};
use crate::db::{self, Conn};
use crate::domain::audit::Hash;
use crate::domain::audit::fault::Fault;
use crate::domain::audit::head::Head;
use crate::domain::audit::merkle::{Edge, leaf};
use crate::services::audit::kept;
use crate::services::error::Result;
use crate::services::state::Services;

/// Entries of a page.
const PAGE: i64 = 10_000;
/// Heads of a page.
const HEADS: i64 = 1_000;

/// Reads the log up to where it stands now.
pub(super) async fn verify(
    svc: &Services,
    conn: &mut Conn,
    witness: Option<&Head>,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<()> {
    let standing = db::audit::look(conn).await?;
    let latest = kept::latest(&svc.blobs).await?;
    let outside = Outside::open(svc, standing.generation, report).await?;
    let mut reading = Reading {
        svc,
        report,
        edge: Edge::default(),
        good: 0,
        heads: Heads::default(),
        outside,
        latest: latest.as_ref().map(Head::place),
        witness: Witnessed::new(svc, witness),
        whole: true,
    };
    reading.marks(conn).await?;
    while reading.whole && reading.edge.size() < standing.edge.size() {
        progress(reading.edge.size(), standing.edge.size());
        reading.page(conn, standing.edge.size()).await?;
    }
    if reading.whole {
        reading.end(conn, &standing.edge, latest.as_ref()).await?;
    }
    let witness = reading.witness.verdict(&reading.report.restores);
    reading.report.entries = reading.edge.size();
    report.witness = witness.map(|(verdict, size)| {
        if verdict == Witness::Contradicted {
            report.faults.insert(0, Fault::WitnessContradicted(size));
        }
        verdict
    });
    Ok(())
}

struct Reading<'a> {
    svc: &'a Services,
    report: &'a mut Report,
    edge: Edge,
    /// Up to here a head has vouched for the entries.
    good: u64,
    heads: Heads,
    outside: Outside,
    latest: Option<(u32, u64)>,
    witness: Witnessed<'a>,
    /// Nothing is wrong so far that would make everything after it look wrong.
    whole: bool,
}

impl Reading<'_> {
    async fn page(&mut self, conn: &mut Conn, until: u64) -> Result<()> {
        let entries = db::audit::reading::leaves(conn, self.edge.size(), PAGE).await?;
        let mut nodes = Vec::new();
        if entries.is_empty() {
            let (entries, expected) = (self.edge.size(), until);
            self.broken(Fault::LogShort { entries, expected });
            return Ok(());
        }
        for (position, entry) in entries {
            if self.edge.size() == until {
                break;
            }
            if position != self.edge.size() {
                self.broken(Fault::LogEntryMissing(self.edge.size()));
                return Ok(());
            }
            let leaf = leaf(entry.ticket_id, entry.seq, &entry.hash);
            self.edge.push(leaf, |node| nodes.push(node));
            self.marks(conn).await?;
            if !self.whole {
                return Ok(());
            }
        }
        for wrong in db::audit::reading::wrong_nodes(conn, &nodes).await? {
            let (level, position) = (wrong.level, wrong.position);
            self.report.blame(Fault::NodeEdited { level, position });
        }
        Ok(())
    }

    /// Looks at every head of the present size.
    async fn marks(&mut self, conn: &mut Conn) -> Result<()> {
        let size = self.edge.size();
        if self.witness.size() == Some(size) {
            self.witness.root = Some(self.edge.root());
        }
        while self.whole {
            let head = self
                .heads
                .peek(conn)
                .await?
                .filter(|head| head.size <= size);
            let kept = self.outside.peek(self.report).await?;
            let kept = kept.filter(|(_, named)| named.size <= size);
            let place = head.as_ref().map(Head::place);
            let twin = kept.map(|(generation, named)| (generation, named.size));
            match (head, kept) {
                (None, None) => return Ok(()),
                (Some(head), Some((_, named))) if place == twin => {
                    self.heads.pass();
                    self.outside.pass();
                    self.head(&head, Some(named.root));
                }
                (Some(head), _) if twin.is_none() || place < twin => {
                    self.heads.pass();
                    self.head(&head, None);
                }
                (_, Some((_, named))) => {
                    self.outside.pass();
                    self.report.blame(Fault::HeadMissing(named.size));
                }
                (Some(_), None) => return Ok(()),
            }
        }
        Ok(())
    }

    fn head(&mut self, head: &Head, kept: Option<Hash>) {
        let signed =
            self.svc
                .audit_keys
                .has_signed(&head.key_id, &head.signed_text(), &head.signature);
        if kept.is_some_and(|root| root != head.root) {
            return self.report.blame(Fault::HeadReplaced(head.size));
        }
        if !signed {
            return self.report.blame(Fault::HeadForged(head.size));
        }
        if head.root != self.edge.root() {
            let (from, until) = (self.good, head.size);
            return self.broken(Fault::LogEdited { from, until });
        }
        if kept.is_none() && Some(head.place()) < self.latest {
            return self.report.blame(Fault::HeadNotKept(head.size));
        }
        self.good = head.size;
        self.report.heads += 1;
    }

    /// Nothing more to come: neither entries nor heads.
    async fn end(&mut self, conn: &mut Conn, edge: &Edge, latest: Option<&Head>) -> Result<()> {
        let size = self.edge.size();
        if let (Some((_, named)), Some(latest)) = (self.outside.peek(self.report).await?, latest) {
            // Anchored since this began, or gone since.
            let grown = db::audit::head_at(conn, latest.place()).await?;
            if grown.is_none_or(|head| head.root != latest.root) {
                self.report.blame(Fault::LogTruncated {
                    size,
                    kept: latest.size.max(named.size),
                    signed_at: latest.signed_at,
                });
            }
        }
        if self.edge != *edge {
            self.report.blame(Fault::EdgeEdited);
        }
        Ok(())
    }

    fn broken(&mut self, fault: Fault) {
        self.report.blame(fault);
        self.whole = false;
    }
}

/// Heads of the database, in order.
#[derive(Default)]
struct Heads {
    read: VecDeque<Head>,
    place: Option<(u32, u64)>,
    all: bool,
}

impl Heads {
    async fn peek(&mut self, conn: &mut Conn) -> Result<Option<Head>> {
        if self.read.is_empty() && !self.all {
            self.read = db::audit::heads_after(conn, self.place, HEADS)
                .await?
                .into();
            self.all = self.read.is_empty();
            self.place = self.read.back().map(Head::place).or(self.place);
        }
        Ok(self.read.front().cloned())
    }

    fn pass(&mut self) {
        self.read.pop_front();
    }
}

/// A head that somebody wrote down, and the root that the log has at its size.
struct Witnessed<'a> {
    head: Option<&'a Head>,
    signed: bool,
    root: Option<Hash>,
}

impl<'a> Witnessed<'a> {
    fn new(svc: &Services, head: Option<&'a Head>) -> Self {
        let signed = head.is_some_and(|head| {
            svc.audit_keys
                .has_signed(&head.key_id, &head.signed_text(), &head.signature)
        });
        Self {
            head,
            signed,
            root: None,
        }
    }

    fn size(&self) -> Option<u64> {
        self.head.map(|head| head.size)
    }

    fn verdict(&self, restores: &[crate::domain::audit::head::Restore]) -> Option<(Witness, u64)> {
        let head = self.head?;
        let ended = restores.iter().any(|restore| {
            restore.head.generation > head.generation && restore.head.size < head.size
        });
        let verdict = match () {
            () if !self.signed => Witness::Contradicted,
            () if ended => Witness::Abandoned,
            () if self.root == Some(head.root) => Witness::Confirmed,
            () => Witness::Contradicted,
        };
        Some((verdict, head.size))
    }
}
