//! 指派: the lead unit says who of it works on the ticket. Whoever is named must be able to: an officer who acts for the lead unit.

use serde_json::json;
use uuid::Uuid;

use super::case::{Case, Entry};
use crate::db::{self, Conn};
use crate::domain::account::{Account, Role};
use crate::domain::text::Text;
use crate::domain::ticket::command::AssignWork;
use crate::domain::ticket::machine::Party;
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;

/// The state and the clock stay.
///
/// # Errors
/// `forbidden` for anyone but the lead unit; `invalid` for an account that does not act for it.
pub(super) async fn assign(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: AssignWork,
) -> Result<Entry> {
    if !case.parties.contains(&Party::LeadUnit) {
        return Err(Error::new(Code::Forbidden));
    }
    let lead = case.ticket.lead.as_ref().map(|lead| lead.id);
    let before = case.ticket.assignee_id;
    let assignee = match &command.assignee {
        None => None,
        Some(name) => {
            let account = db::account::find_named(conn, name).await?;
            let account = account
                .filter(|account| acts_for(&case.reference, account, lead))
                .ok_or_else(|| unknown_assignee("/assignee"))?;
            Some(account.id)
        }
    };
    case.ticket.assign(assignee, case.now);
    Ok(Entry {
        opinion: command.opinion,
        data: json!({ "assignee": assignee, "assignee_before": before }),
        ..Entry::default()
    })
}

/// Whether the account can work on what this unit leads.
pub(super) fn acts_for(reference: &Reference, account: &Account, lead: Option<Uuid>) -> bool {
    let lead = lead.and_then(|lead| reference.units.get(lead));
    let lineage = lead.map_or(&[][..], |lead| &lead.lineage);
    let own = account.unit.as_ref().map(|unit| unit.id);
    account.active && account.role == Role::Officer && own.is_some_and(|own| lineage.contains(&own))
}

/// Nobody by this name acts for the lead unit; whether there is such an account elsewhere is not told.
pub(super) fn unknown_assignee(pointer: &str) -> Error {
    Error::invalid_field(
        pointer,
        "assignee_unknown",
        Text::new(
            "牵头单位及其上级没有这名经办人",
            "no officer of the lead unit or of one above it has this name",
        ),
    )
}
