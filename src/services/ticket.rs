//! Tickets (整改工单): reading them, and one file for each command. Giving a command opens the case (locks the row, asks who
//! may, checks the version and the state), lets the command act on the ticket, and closes the case (writes it back with its
//! row of the trail).

mod acknowledge;
mod assign;
mod case;
mod comment;
pub mod deadline;
mod file;
pub(in crate::services) mod filing;
mod give;
mod give_back;
mod list;
mod merge;
mod read;
pub(in crate::services) mod recheck;
mod recheckers;
mod redispatch;
mod reject;
pub(in crate::services) mod routing;
mod rule_ownership;
mod submit;
mod suggest;
pub(in crate::services) mod trail;
mod void;

pub use case::Given;
pub use give::{give, give_on};
pub use list::{ListQuery, list, triage};
pub use read::{get, read_trail};
pub use recheckers::recheckers;
pub(in crate::services) use redispatch::named_unit;
pub use submit::settle_submissions;
