//! Logging in and out, the caller's own account, and the administrator's users.

pub mod create;
mod dto;
pub mod get;
pub mod list;
pub mod login;
pub mod logout;
pub mod me;
pub mod refresh;
pub mod update;
