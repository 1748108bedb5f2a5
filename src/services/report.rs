//! Reports (上报): taken in once, whatever the network does; each finding becomes a ticket in the same transaction.

mod create;
mod get;
pub(in crate::services) mod intake;

pub use create::{Created, NotStored, Outcome, create, create_on};
pub(in crate::services) use create::{as_stored, hand_in};
pub use get::get;
