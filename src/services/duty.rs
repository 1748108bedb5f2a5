//! Duties of people (街(路)长、点位长、包保领导、门前三包): recorded and ended by an administrator, read by the office.

mod end;
mod list;
mod record;

pub use end::end;
pub use list::{DutiesQuery, list};
pub use record::{NewDuty, Place, record};
