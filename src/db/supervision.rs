//! Rows of the supervision office beside the tickets themselves.

pub mod beside;
pub mod digest;
pub mod indicator;
pub mod ladder;
