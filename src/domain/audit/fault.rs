//! What is broken, in words for whoever has to explain it: which ticket, which row, and what was done to it as far as that shows.

use std::fmt;

use uuid::Uuid;

/// Which ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketName {
    /// Its id.
    pub id: Uuid,
    /// Its number, if it is there to tell.
    pub number: Option<String>,
}

/// What is wrong with the trail of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    /// Its content is not what its hash says.
    Edited,
    /// It is gone.
    Deleted,
    /// It and all after it are gone.
    Truncated,
    /// It stands where another row of the ticket stood.
    Reordered,
    /// It fits its chain, but is not what the log anchored: the chain was computed anew.
    Recomputed,
    /// It was never given to the log.
    PastTheLog,
    /// It has no hash.
    Unhashed,
    /// It is twice in the log's list of rows to be anchored, or there and anchored already.
    AnchoredTwice,
}

/// What is wrong with the kept past of a ticket (`ticket_spans`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanFault {
    /// The instant that it is about, RFC 3339.
    pub at: String,
    /// `missing`, `since` or `until`: which span is not there, or begins or ends where it should not; else the column that its trail contradicts.
    pub what: String,
}

/// A tally that a recount of the tickets does not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyFault {
    /// Which tallies.
    pub tallies: &'static str,
    /// Of what.
    pub key: String,
    /// What it says.
    pub kept: i64,
    /// What there is.
    pub counted: i64,
}

/// A break: what `xuncha audit verify` finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A row of a ticket's trail.
    Row(TicketName, i32, RowFault),
    /// The ticket is gone, with its trail.
    TicketMissing(Uuid),
    /// The ticket's own row is gone, its trail is there.
    TicketRowMissing(Uuid),
    /// A ticket without any trail.
    TrailMissing(TicketName),
    /// The ticket's own row is not as the last row of its trail left it.
    TicketEdited(TicketName),
    /// What is kept of a ticket's past is not what its trail tells.
    PastEdited(TicketName, SpanFault),
    /// A tally is not what there is.
    TallyWrong(TallyFault),
    /// An entry of the log is gone.
    LogEntryMissing(u64),
    /// An entry of the log, or more, between two heads is not what was anchored.
    LogEdited {
        /// The first position that it can be.
        from: u64,
        /// The position behind the last.
        until: u64,
    },
    /// The log has fewer entries than it says.
    LogShort {
        /// Entries there are.
        entries: u64,
        /// Entries there should be.
        expected: u64,
    },
    /// What new entries are to be joined to is not what the entries give.
    EdgeEdited,
    /// A node that is kept for proofs is not what the entries below it give.
    NodeEdited {
        /// Height above the leaves.
        level: u32,
        /// Which of its level.
        position: u64,
    },
    /// The head of this size has no valid signature.
    HeadForged(u64),
    /// A head that is kept outside is not in the database.
    HeadMissing(u64),
    /// The head of this size in the database is another than the one that is kept outside.
    HeadReplaced(u64),
    /// A head that the database has is not kept outside, though a later one is.
    HeadNotKept(u64),
    /// Heads that are kept outside tell of more entries than the log has.
    LogTruncated {
        /// Entries of the log.
        size: u64,
        /// Entries of the last head kept outside.
        kept: u64,
        /// When that was signed.
        signed_at: jiff::Timestamp,
    },
    /// The log says that a backup was restored, but nobody who has the key has declared it.
    RestoreUndeclared(u32),
    /// What is kept outside cannot be read.
    KeptUnreadable(String),
    /// The head that a witness wrote down does not belong to this log.
    WitnessContradicted(u64),
}

impl fmt::Display for TicketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.number {
            Some(number) => write!(f, "ticket {number} ({})", self.id),
            None => write!(f, "ticket {}", self.id),
        }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edited => "edited: its content does not give its hash",
            Self::Deleted => "deleted",
            Self::Truncated => "deleted, and every row after it: the trail was truncated",
            Self::Reordered => "reordered: it stands where another row of the ticket stood",
            Self::Recomputed => {
                "recomputed: it fits its chain, but is not the row that was anchored"
            }
            Self::PastTheLog => "added past the log: neither anchored nor waiting for it",
            Self::Unhashed => {
                "without a hash: `xuncha migrate` was never finished, or it was removed"
            }
            Self::AnchoredTwice => "given to the log more than once",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(ticket, seq, fault) => write!(f, "{ticket}, row {seq}: {fault}"),
            Self::TicketMissing(id) => write!(
                f,
                "ticket {id}: missing: deleted with its whole trail, which the log still names"
            ),
            Self::TicketRowMissing(id) => {
                write!(f, "ticket {id}: its own row is deleted, its trail is there")
            }
            Self::TrailMissing(ticket) => {
                write!(f, "{ticket}: it has no trail: every row is deleted")
            }
            Self::TicketEdited(ticket) => write!(
                f,
                "{ticket}: its own row was edited: it is not as the last row of its trail left it"
            ),
            Self::PastEdited(ticket, SpanFault { at, what }) => write!(
                f,
                "{ticket}: its past as it is kept for lists of {at} was edited ({what}): its trail tells otherwise"
            ),
            Self::TallyWrong(TallyFault {
                tallies,
                key,
                kept,
                counted,
            }) => write!(
                f,
                "{tallies} of {key}: edited: it says {kept}, a recount of the tickets gives {counted}"
            ),
            Self::LogEntryMissing(position) => write!(f, "log entry {position}: deleted"),
            Self::LogEdited { from, until } => write!(
                f,
                "log entries {from} to {}: edited: they do not give the root that was signed",
                until.saturating_sub(1)
            ),
            Self::LogShort { entries, expected } => write!(
                f,
                "log: truncated: it has {entries} entries and should have {expected}"
            ),
            Self::EdgeEdited => {
                f.write_str("log: its right edge was edited: new heads would be wrong")
            }
            Self::NodeEdited { level, position } => {
                write!(
                    f,
                    "log node {position} of level {level}: edited: proofs would fail"
                )
            }
            Self::HeadForged(size) => {
                write!(f, "head of {size}: replaced: its signature is not valid")
            }
            Self::HeadMissing(size) => {
                write!(f, "head of {size}: missing in the database, kept outside")
            }
            Self::HeadReplaced(size) => {
                write!(f, "head of {size}: replaced: another one is kept outside")
            }
            Self::HeadNotKept(size) => {
                write!(f, "head of {size}: not kept outside, though a later one is")
            }
            Self::LogTruncated {
                size,
                kept,
                signed_at,
            } => write!(
                f,
                "log: truncated: it ends at {size}, but a head of {kept} entries was signed at {signed_at} and is kept outside. \
                 Either entries were deleted, or an older backup of the database was restored: if you restored one, say so with \
                 `xuncha audit restored`, which is kept for ever"
            ),
            Self::RestoreUndeclared(generation) => write!(
                f,
                "generation {generation} of the log: no declared restore began it"
            ),
            Self::KeptUnreadable(name) => {
                write!(f, "{name}, kept outside: it is not what was written there")
            }
            Self::WitnessContradicted(size) => write!(
                f,
                "the head of {size} that was written down: this log never had that root at that size"
            ),
        }
    }
}
