//! Bulletins (通报), over HTTP.

pub mod create;
pub mod discard;
mod dto;
pub mod freeze;
pub mod get;
pub mod list;
pub mod page;
pub mod publish;
pub mod replace;
