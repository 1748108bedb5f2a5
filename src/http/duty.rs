//! Duties of people over HTTP.

mod dto;
pub mod end;
pub mod list;
pub mod record;
