//! 退件: "not mine". The second return of a ticket is a dispute.

use serde_json::json;

use super::case::{Case, Entry};
use crate::domain::ticket::command::Return;

/// dispatched, rectifying → returned, or disputed.
pub(super) fn give_back(case: &mut Case<'_>, command: Return) -> Entry {
    case.ticket.give_back(case.now);
    Entry {
        opinion: command.text,
        data: json!({ "reason": command.reason.as_str() }),
        ..Entry::default()
    }
}
