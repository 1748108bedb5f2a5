//! Unmaskings over HTTP.

pub mod ask;
pub mod confirm;
mod dto;
pub mod get;
pub mod list;
pub mod refuse;
