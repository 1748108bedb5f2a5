//! Integrity flags over HTTP.

pub mod counts;
mod dto;
pub mod flag;
pub mod lift;
