//! The ledger (台账): every filed ticket in one line, with what an office wants to see of it on paper. Nobody who inspected is in it.

use jiff::Timestamp;
use uuid::Uuid;

use super::machine::State;
use super::overdue::DueTicket;
use crate::domain::deduction::Ground;
use crate::domain::geo::Point;
use crate::domain::report::Source;
use crate::domain::text::Text;

/// A filed ticket with what stands beside it.
#[derive(Debug, Clone)]
pub struct LedgerLine {
    /// The ticket.
    pub ticket: DueTicket,
    /// 督查批次.
    pub round: Option<String>,
    /// 来源: who found it; none of a ticket without a report.
    pub source: Option<Source>,
    /// When it was listed: what it costs is decided by the scale of that instant.
    pub listed_at: Timestamp,
    /// When it was found; a reader is shown the day.
    pub found_at: Timestamp,
    /// Where.
    pub point: Option<LedgerPoint>,
    /// Canonical position.
    pub position: Option<Point>,
    /// Photos of the fault, here or still to come.
    pub before_photos: u32,
    /// Photos of what became of it.
    pub after_photos: u32,
    /// 包保领导 when it was dispatched.
    pub sponsors: Vec<String>,
    /// 点位长 when it was dispatched.
    pub point_chiefs: Vec<String>,
    /// What the lead unit says it has done.
    pub measure: Option<String>,
    /// What the last recheck found.
    pub recheck: Option<String>,
    /// 结案时间.
    pub closed_at: Option<Timestamp>,
    /// 延期.
    pub extensions: u32,
    /// 挂账.
    pub suspended_until: Option<Timestamp>,
    /// Number of the ticket of the same fault that was closed shortly before.
    pub recurrence_of: Option<String>,
    /// 立行立改.
    pub fixed_on_site: bool,
    /// 强制结案.
    pub forced: bool,
    /// 申诉成立.
    pub exempt: bool,
    /// Overdue just now.
    pub overdue: bool,
    /// Key of a thumbnail of the fault in the photo store.
    pub before_thumb: Option<String>,
    /// The same of what became of it.
    pub after_thumb: Option<String>,
}

/// The check point that a ticket lies at.
#[derive(Debug, Clone)]
pub struct LedgerPoint {
    /// Name.
    pub name: String,
    /// 点位类型.
    pub kind: Text,
    /// Address; may be empty.
    pub address: String,
}

impl LedgerLine {
    /// 是否超期: overdue now, or closed late.
    pub fn is_late(&self) -> bool {
        let finished = self.ticket.submitted_at.or(self.closed_at);
        let closed_late = self.ticket.state == State::Closed
            && finished.is_some_and(|finished| finished > self.ticket.due.at);
        self.overdue || closed_late
    }

    /// Why it costs what it costs (扣分).
    pub fn ground(&self) -> Option<Ground> {
        let repeated = self.recurrence_of.is_some();
        Ground::heaviest(self.ticket.state, repeated, self.is_late(), self.exempt)
    }

    /// 完成日期: when it was submitted, or closed without.
    pub fn finished_at(&self) -> Option<Timestamp> {
        match self.ticket.state {
            State::AwaitingRecheck | State::Closed => self.ticket.submitted_at.or(self.closed_at),
            _ => None,
        }
    }
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Found in this round.
    pub round: Option<Uuid>,
    /// In this district.
    pub district: Option<String>,
    /// Led by one of these units.
    pub units: Option<Vec<Uuid>>,
    /// Of this item.
    pub item: Option<String>,
    /// In these states; empty: in any.
    pub states: Vec<State>,
}
