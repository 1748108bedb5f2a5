//! Sync: what phones are sent, and what becomes of what they send.

mod captured;
mod cursor;
mod interleaving;
mod pull;
mod push;
