//! 作废: filed by mistake.

use super::case::{Case, Entry};

/// triage, dispatched → voided.
pub(super) fn void(case: &mut Case<'_>, reason: String) -> Entry {
    case.ticket.void(case.now);
    Entry {
        opinion: reason,
        ..Entry::default()
    }
}
