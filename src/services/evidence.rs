//! Photos as evidence: declared by reports and commands, stored byte for byte, rendered for reading by the worker.

mod declare;
mod read;
mod render;
mod store;

pub(in crate::services) use declare::{by_aid, check, declare};
pub use read::{PhotoBytes, Variant, read};
pub use render::photo_stored;
pub use store::{Incoming, Stored, store};
