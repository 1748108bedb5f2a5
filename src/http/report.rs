//! Reports over HTTP.

pub mod create;
pub mod dto;
pub mod get;
