//! Whether one ticket is whole: its rows against each other, against what the log anchored, and its own row against its last.

use uuid::Uuid;

use super::Hash;
use super::chain::START;
use super::fault::{Fault, RowFault, TicketName};

/// A row of the trail as it lies there.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number.
    pub seq: i32,
    /// The hash that it has.
    pub hash: Option<Hash>,
    /// Its canonical JSON.
    pub canonical: Vec<u8>,
    /// State after it.
    pub to_state: String,
    /// Digest of the ticket's own row as it left it.
    pub ticket_hash: Option<Hash>,
}

/// The ticket's own row as it lies there.
#[derive(Debug, Clone)]
pub struct Own {
    /// 台账编号.
    pub number: Option<String>,
    /// Its state.
    pub state: String,
    /// Its digest.
    pub digest: Hash,
}

/// All there is of a ticket, at one moment.
#[derive(Debug, Clone)]
pub struct Found {
    /// The ticket.
    pub id: Uuid,
    /// Its own row.
    pub own: Option<Own>,
    /// Its trail, by number.
    pub rows: Vec<Row>,
    /// What the log anchored, by number.
    pub anchored: Vec<(i32, Hash)>,
    /// What waits to be anchored, by number.
    pub waiting: Vec<(i32, Hash)>,
}

impl Found {
    /// The first thing that is wrong with it.
    ///
    /// # Errors
    /// A [`Fault`].
    pub fn check(&self) -> Result<(), Fault> {
        if self.own.is_none() && self.rows.is_empty() {
            return Err(Fault::TicketMissing(self.id));
        }
        self.check_rows()?;
        let Some(own) = &self.own else {
            return Err(Fault::TicketRowMissing(self.id));
        };
        let Some(last) = self.rows.last() else {
            return Err(Fault::TrailMissing(self.name()));
        };
        if last.to_state != own.state || last.ticket_hash != Some(own.digest) {
            return Err(Fault::TicketEdited(self.name()));
        }
        Ok(())
    }

    fn check_rows(&self) -> Result<(), Fault> {
        let mut before = START;
        let mut expected = 1;
        for row in &self.rows {
            if row.seq != expected {
                return Err(self.row(expected, RowFault::Deleted));
            }
            let Some(hash) = row.hash else {
                return Err(self.row(row.seq, RowFault::Unhashed));
            };
            if super::chain::follow(&before, &row.canonical) != hash {
                let elsewhere = |known: &(i32, Hash)| known.1 == hash && known.0 != row.seq;
                let moved = self.known().any(elsewhere);
                let fault = if moved {
                    RowFault::Reordered
                } else {
                    RowFault::Edited
                };
                return Err(self.row(row.seq, fault));
            }
            let mut known = self.known().filter(|(seq, _)| *seq == row.seq);
            match (known.next(), known.next()) {
                (None, _) => return Err(self.row(row.seq, RowFault::PastTheLog)),
                (Some((_, anchored)), _) if *anchored != hash => {
                    return Err(self.row(row.seq, RowFault::Recomputed));
                }
                (Some(_), Some(_)) => return Err(self.row(row.seq, RowFault::AnchoredTwice)),
                (Some(_), None) => {}
            }
            before = hash;
            expected += 1;
        }
        match self.known().map(|(seq, _)| *seq).max() {
            Some(last) if last >= expected && self.rows.is_empty() && self.own.is_some() => {
                Err(Fault::TrailMissing(self.name()))
            }
            Some(last) if last >= expected => Err(self.row(expected, RowFault::Truncated)),
            _ => Ok(()),
        }
    }

    /// What the log has, and what it will have.
    fn known(&self) -> impl Iterator<Item = &(i32, Hash)> {
        self.anchored.iter().chain(&self.waiting)
    }

    fn row(&self, seq: i32, fault: RowFault) -> Fault {
        Fault::Row(self.name(), seq, fault)
    }

    /// What it is called.
    pub fn name(&self) -> TicketName {
        TicketName {
            id: self.id,
            number: self.own.as_ref().and_then(|own| own.number.clone()),
        }
    }
}
