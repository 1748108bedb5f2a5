//! Webhook endpoints and their log, over HTTP.

pub mod change;
pub mod create;
pub mod deliveries;
mod dto;
pub mod get;
pub mod list;
pub mod ping;
pub mod remove;
pub mod replay;
pub mod rotate;
