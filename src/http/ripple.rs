//! Ripple tasks over HTTP.

pub mod answer;
pub mod ask;
mod dto;
pub mod get;
pub mod list;
