//! Superiors' lists over HTTP.

mod dto;
pub mod import;
