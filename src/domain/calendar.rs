//! The deadline engine: official calendar (工作日历), limits (处置时限) and the ticket's clock (时限).
//!
//! Turns "four work hours from dispatch" into an instant, through holidays, make-up workdays (调休), noon
//! gaps and pauses. Pure arithmetic on what it is given: it reads no clock, no file and no table, and it
//! does not know tickets.

mod data;
mod deadline;
mod limit;
mod shift;
mod work;

pub use data::{CalendarData, CalendarError, CalendarFile, DayChange, ShiftEntry};
pub use deadline::{DeadlineClock, Remaining, Step};
pub use limit::{Basis, Limit, LimitError, LimitUnit, LimitValue, WorkDayCounting};
pub use shift::{Shift, ShiftError};
pub use work::{Due, WorkCalendar};
