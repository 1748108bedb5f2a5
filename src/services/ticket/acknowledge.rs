//! 签收: the lead unit takes the ticket up.

use super::case::{Case, Entry};

/// dispatched → rectifying.
pub(super) fn acknowledge(case: &mut Case<'_>) -> Entry {
    case.ticket.acknowledge(case.now);
    Entry::default()
}
