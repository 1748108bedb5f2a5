//! Scores over HTTP.

mod dto;
pub mod list;
