//! What the supervision office (督查室) does with figures and lateness, as rules.

pub mod board;
pub mod digest;
pub mod fraction;
pub mod indicator;
pub mod ladder;
pub mod period;
