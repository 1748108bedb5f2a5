//! Photos as evidence: declared by reports and commands, stored byte for byte, rendered for reading by the worker.

mod declare;
mod facts;
mod judge;
mod keep;
pub mod original_reads;
pub mod read;
mod render;
mod store;
pub mod sweep;
pub mod upload;

pub(in crate::services) use declare::{by_aid, check, declare, make_known, with_bytes_aside};
pub use facts::{PhotoFacts, facts};
pub(in crate::services) use judge::have_judged;
pub use judge::photo_linked;
pub use render::photo_stored;
pub use store::{Incoming, Stored, store};
