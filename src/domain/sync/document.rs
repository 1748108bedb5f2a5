//! What a phone is sent of a row. A member that is null, false, zero or unknown to the reader is absent; instants are cut to
//! whole seconds. The one place where a field of a synced row is given or withheld, by the same [`Knowledge`] as over REST.

mod attachment;
mod reference;
mod report;
mod round;
mod task;
mod ticket;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

pub use self::attachment::{AttachmentDoc, AttachmentFacts, ShownOn};
pub use self::reference::{AreaDoc, ConditionDoc, CriterionDoc, ItemDoc, PointDoc, UnitDoc};
pub use self::report::{FindingDoc, ObservationDoc, ReportDoc};
pub use self::round::RoundDoc;
pub use self::task::TaskDoc;
pub use self::ticket::{PointName, TicketDoc, TicketFacts, TicketNames};

/// A document of any collection.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Of `items`.
    Item(ItemDoc),
    /// Of `conditions`.
    Condition(ConditionDoc),
    /// Of `criteria`.
    Criterion(CriterionDoc),
    /// Of `areas`.
    Area(AreaDoc),
    /// Of `units`.
    Unit(UnitDoc),
    /// Of `points`.
    Point(PointDoc),
    /// Of `rounds`.
    Round(RoundDoc),
    /// Of `tasks`.
    Task(TaskDoc),
    /// Of `reports`.
    Report(ReportDoc),
    /// Of `findings`.
    Finding(FindingDoc),
    /// Of `tickets`.
    Ticket(Box<TicketDoc>),
    /// Of `attachments`.
    Attachment(AttachmentDoc),
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(number: &i32) -> bool {
    *number == 0
}

fn is_zero_u32(number: &u32) -> bool {
    *number == 0
}

fn is_zero_64(number: &i64) -> bool {
    *number == 0
}

/// An instant without its fraction.
fn seconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    Timestamp::from_second(at.as_second())
        .unwrap_or(*at)
        .serialize(serializer)
}

fn maybe_seconds<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, serializer),
        None => serializer.serialize_none(),
    }
}
