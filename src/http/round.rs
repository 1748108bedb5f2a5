//! Rounds over HTTP, for their planners.

pub mod close;
pub mod coverage;
pub mod create;
pub mod discard;
pub mod draw;
mod dto;
pub mod get;
pub mod list;
pub mod read_draw;
pub mod release;
pub mod replace;
