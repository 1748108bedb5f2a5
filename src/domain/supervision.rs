//! What the supervision office (督查室) does with figures and lateness, as rules.

pub mod digest;
pub mod ladder;
