//! What the supervision office pulls, over HTTP.

pub mod boards;
pub(super) mod csv;
pub mod digests;
pub mod dto;
pub mod due_soon;
pub mod figure_tickets;
pub mod figures;
mod figures_dto;
pub mod ledger;
mod ledger_sheet;
pub mod map;
pub mod overdue;
pub mod overdue_csv;
mod overdue_sheet;
pub mod overdue_xlsx;
mod sheet;
pub mod slips;
pub mod stages;
pub mod statistics;
mod xlsx;
