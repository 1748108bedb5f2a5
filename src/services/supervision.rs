//! What the supervision office pulls.

pub(in crate::services) mod board;
mod digests;
mod due_soon;
pub(in crate::services) mod figures;
mod ladder;
mod ledger;
mod map;
mod overdue;
mod settle;
mod slips;
mod stages;
mod statistics;

pub use board::{Board, BoardRow, board};
pub use digests::list_digests;
pub use due_soon::{DueSoonQuery, DueSoonRow, due_soon};
pub use figures::{
    FigurePart, FigureRow, Figures, FiguresQuery, Grouping, TicketBehind, figures, tickets_behind,
};
pub use ladder::climb;
pub use ledger::{LedgerQuery, LedgerRow, ledger, ledger_pages};
pub use map::{MapQuery, OnMap, map};
pub use overdue::{OverdueQuery, OverdueRow, Pull, pages, pull};
pub use slips::{SlipRow, SlipsQuery, list_slips};
pub use stages::{StagesQuery, list_stage};
pub use statistics::{Statistics, StatisticsQuery, StatisticsRow, fold_tallies, statistics};
