//! The trail that nobody can quietly edit (防篡改留痕): each ticket's rows are chained by their hashes, and every row is a leaf of one
//! append-only Merkle tree of the whole city, whose heads are signed. What is hashed, byte for byte, is in api-spec/audit.md.

pub mod chain;
pub mod fault;
pub mod head;
mod hexadecimal;
pub mod merkle;
pub mod ticket;

/// SHA-256.
pub type Hash = [u8; 32];
