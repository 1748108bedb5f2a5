//! Tickets (整改工单): reading them, and one file for each command. Giving a command locks the ticket and finds it, opens the case (asks who
//! may, checks the version and the state), lets the command act on the ticket, and closes the case (writes it back with its
//! row of the trail).

mod acknowledge;
mod appeal;
mod assign;
mod assign_work;
pub(in crate::services) mod case;
mod comment;
mod correct;
pub mod deadline;
mod extension;
mod file;
pub(in crate::services) mod filing;
mod force_closing;
mod give;
mod give_back;
pub(in crate::services) mod inbox;
mod list;
mod merge;
mod read;
pub(in crate::services) mod recheck;
mod recheckers;
pub(in crate::services) mod record;
mod redispatch;
mod reject;
mod request;
pub(in crate::services) mod routing;
mod rule_ownership;
pub(in crate::services) mod stage;
mod stages;
mod submit;
mod suggest;
mod supervise;
mod suspension;
pub(in crate::services) mod trail;
pub(in crate::services) mod unseal;
pub(in crate::services) mod view;
mod void;

pub use case::Given;
pub(in crate::services) use filing::city_time;
pub use give::{give, give_on};
pub use inbox::{InboxQuery, InboxRow, list_requests};
pub use list::{ListQuery, list, triage};
pub use read::{get, read_trail};
pub use recheckers::recheckers;
pub(in crate::services) use redispatch::named_unit;
pub use stages::read_stages;
pub use submit::settle_submissions;
pub use supervise::supervise_by_rule;
pub use suspension::resume_suspended;
