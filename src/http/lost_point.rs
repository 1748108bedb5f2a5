//! The lost-points list over HTTP.

pub mod csv;
mod dto;
pub mod list;
pub mod of_round;
