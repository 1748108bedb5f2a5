//! Look-backs over HTTP, for the office.

pub mod ask;
pub mod draw;
mod dto;
pub mod list;
pub mod read_draw;
