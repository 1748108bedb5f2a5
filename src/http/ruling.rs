//! Ownership rulings (确权) over HTTP.

mod dto;
pub mod end;
pub mod get;
pub mod list;
