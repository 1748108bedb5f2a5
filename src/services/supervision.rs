//! What the supervision office pulls.

mod overdue;
mod settle;
mod slips;
mod stages;

pub use overdue::{OverdueQuery, OverdueRow, Pull, pages, pull};
pub use slips::{SlipRow, SlipsQuery, list_slips};
pub use stages::{StagesQuery, list_stage};
