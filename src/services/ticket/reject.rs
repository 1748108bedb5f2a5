//! 不予立案: what was reported is no case.

use super::case::{Case, Entry};

/// triage → rejected.
pub(super) fn reject(case: &mut Case<'_>, reason: String) -> Entry {
    case.ticket.reject(case.now);
    Entry {
        opinion: reason,
        ..Entry::default()
    }
}
