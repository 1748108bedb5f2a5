//! The audit log over HTTP: heads to be written down, and proofs.

mod dto;
pub mod heads;
pub mod proof;
