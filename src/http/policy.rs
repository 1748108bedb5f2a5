//! Policies over HTTP: the thresholds and switches that a city sets for itself.

pub mod change;
mod dto;
pub mod list;
