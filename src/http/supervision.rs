//! What the supervision office pulls, over HTTP.

mod csv;
pub mod dto;
pub mod overdue;
pub mod overdue_csv;
mod overdue_sheet;
mod sheet;
pub mod slips;
pub mod stages;
