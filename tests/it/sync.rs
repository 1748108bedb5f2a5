//! Sync: what phones are sent, and what becomes of what they send.

mod cursor;
mod interleaving;
mod pull;
mod push;
