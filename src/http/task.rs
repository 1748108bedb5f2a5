//! Tasks of inspectors over HTTP.

pub mod dto;
pub mod finish;
pub mod list;
pub mod start;
