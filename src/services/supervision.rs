//! What the supervision office pulls.

mod overdue;

pub use overdue::{OverdueQuery, OverdueRow, Pull, pages, pull};
