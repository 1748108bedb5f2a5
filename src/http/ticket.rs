//! Tickets over HTTP: lists, one ticket, its trail, and a file for each command.

pub mod acknowledge;
pub mod assign;
pub mod comment;
pub mod dto;
pub mod file;
pub mod get;
pub mod give_back;
pub mod list;
pub mod merge;
pub mod recheck;
pub mod recheckers;
pub mod redispatch;
pub mod reject;
mod respond;
pub mod rule_ownership;
pub mod submit;
pub mod trail;
pub mod triage;
pub mod void;
