//! Sync: what phones are sent, and what becomes of what they send.

mod captured;
mod cursor;
mod durability;
mod example;
mod interleaving;
mod photos;
mod pull;
pub mod push;
