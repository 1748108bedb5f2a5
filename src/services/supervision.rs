//! What the supervision office pulls.

mod due_soon;
mod ledger;
mod map;
mod digests;
mod ladder;
mod overdue;
mod settle;
mod slips;
mod stages;
mod statistics;

pub use due_soon::{DueSoonQuery, DueSoonRow, due_soon};
pub use ledger::{LedgerQuery, LedgerRow, ledger, ledger_pages};
pub use map::{MapQuery, OnMap, map};
pub use digests::list_digests;
pub use ladder::climb;
pub use overdue::{OverdueQuery, OverdueRow, Pull, pages, pull};
pub use slips::{SlipRow, SlipsQuery, list_slips};
pub use stages::{StagesQuery, list_stage};
pub use statistics::{Statistics, StatisticsQuery, StatisticsRow, fold_tallies, statistics};
