//! Verifying all of it, in memory that does not grow with the city: first the log against its heads, those in the database, those
//! kept outside and one that a witness wrote down; then every ticket and what is kept of its past against its trail and the log; then the
//! tallies against a recount of the tickets. It only reads.

mod log;
mod outside;
mod trails;

use jiff::Timestamp;

use crate::db;
use crate::db::audit::recount::wrong_tallies;
use crate::domain::audit::fault::Fault;
use crate::domain::audit::head::{Head, Restore};
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// So many faults are named; one is enough to know.
const MOST_FAULTS: usize = 20;

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// Tickets read.
    pub tickets: u64,
    /// Rows of trails read.
    pub rows: u64,
    /// Entries of the log.
    pub entries: u64,
    /// Heads of the database that are as they were signed.
    pub heads: u64,
    /// Heads kept outside of histories that a restore has ended.
    pub abandoned: u64,
    /// Restores that were declared.
    pub restores: Vec<Restore>,
    /// What is broken, the first first.
    pub faults: Vec<Fault>,
    /// What is not anchored yet.
    pub tail: Tail,
    /// What became of the head that a witness wrote down.
    pub witness: Option<Witness>,
}

/// Rows that no head vouches for yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tail {
    /// How many.
    pub rows: u64,
    /// When the oldest was written.
    pub since: Option<Timestamp>,
}

/// What a witness's head says of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// The log had this root at this size, and has only grown since.
    Confirmed,
    /// It is of a history that a declared restore has ended.
    Abandoned,
    /// It contradicts the log.
    Contradicted,
}

impl Report {
    fn blame(&mut self, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    fn is_full(&self) -> bool {
        self.faults.len() >= MOST_FAULTS
    }
}

/// How far one has come: steps done, of about so many.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Verifies everything; `witness` is a head that somebody wrote down.
///
/// # Errors
/// `unavailable` when the store or the database do not answer. What is broken is no error: it is in the report.
pub async fn verify(
    svc: &Services,
    witness: Option<&Head>,
    progress: Progress<'_>,
) -> Result<Report> {
    let mut report = Report::default();
    let mut conn = svc.conn().await?;
    log::verify(svc, &mut conn, witness, &mut report, progress).await?;
    trails::verify(&mut conn, &mut report, progress).await?;
    if !report.is_full() {
        let most = i64::try_from(MOST_FAULTS).unwrap_or(i64::MAX);
        let wrong = conn
            .build_transaction()
            .read_only()
            .run::<_, Error, _>(async |conn| Ok(wrong_tallies(conn, most).await?))
            .await?;
        for fault in wrong {
            report.blame(Fault::TallyWrong(fault));
        }
    }
    let (rows, since) = db::audit::reading::tail(&mut conn).await?;
    report.tail = Tail { rows, since };
    Ok(report)
}
