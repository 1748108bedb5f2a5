//! Ownership rulings (确权) as precedents: read, and ended. They are made by the command of a disputed ticket.

mod end;
mod read;

pub use end::end;
pub use read::{get, list};
