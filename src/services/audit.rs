//! The audit log: rows of trails are anchored in it by the worker, its heads are signed and kept outside the database as well, and all
//! of it can be verified. No write waits for it.

mod anchor;
pub mod backfill;
mod heads;
mod kept;
mod proof;
mod restored;
mod verify;

pub use anchor::{Anchored, anchor};
pub use heads::{PAGE_HEADS, heads};
pub use proof::{Proof, ProvenRow, proof};
pub use restored::{declare_restored, kept_head};
pub use verify::{Report, Tail, Witness, verify};
