//! Rows of the supervision office beside the tickets themselves.

pub mod digest;
pub mod ladder;
