//! Tickets (整改工单): reading them, and one file for each command. A command opens the case (locks the row, asks who may,
//! checks the version and the state), changes the ticket, and closes the case (writes it back with its row of the trail).

mod acknowledge;
mod case;
mod comment;
pub mod deadline;
mod file;
pub(in crate::services) mod filing;
mod give_back;
mod list;
mod merge;
mod read;
mod recheck;
mod redispatch;
mod reject;
pub(in crate::services) mod routing;
mod rule_ownership;
mod submit;
pub(in crate::services) mod trail;
mod void;

pub use acknowledge::acknowledge;
pub use comment::comment;
pub use file::file;
pub use give_back::give_back;
pub use list::{ListQuery, list, triage};
pub use merge::merge;
pub use read::{get, read_trail};
pub use recheck::recheck;
pub use redispatch::redispatch;
pub use reject::reject;
pub use rule_ownership::rule_ownership;
pub use submit::{settle_submissions, submit};
pub use void::void;
