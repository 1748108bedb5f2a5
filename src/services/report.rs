//! Reports (上报): taken in once, whatever the network does; each finding becomes a ticket in the same transaction.

mod create;
mod get;
mod intake;

pub use create::{Created, create};
pub use get::get;
