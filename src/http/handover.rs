//! Hand-overs (移交) over HTTP.

mod dto;
pub mod get;
pub mod person;
pub mod unit;
