//! Loads what phones are sent of a row, for any number of rows of a collection in a fixed number of queries. What a reader may
//! not know is withheld above, by `domain::sync::document`.

mod attachment;
mod reference;
mod report;
mod ticket;

pub use self::attachment::attachments;
pub use self::reference::{areas, conditions, criteria, items, points, units};
pub use self::report::{findings, reports};
pub use self::ticket::tickets;
pub use super::round::with_ids as rounds;
pub use super::task::with_ids as tasks;
