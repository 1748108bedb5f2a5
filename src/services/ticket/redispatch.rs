//! 改派, and what it shares with a ruling: another unit starts a full limit, the same unit goes on as if it had never
//! returned the ticket.

use serde_json::json;

use super::case::{Case, Entry};
use super::filing::cooperating;
use super::routing::to_ref;
use crate::db::Conn;
use crate::db::ticket::assignment::{self, Parties};
use crate::domain::text::Text;
use crate::domain::ticket::command::Assignment;
use crate::domain::ticket::routing::UnitRef;
use crate::services::error::{Error, Result};
use crate::services::reference::cache::Reference;

/// returned → dispatched. The same unit again needs an opinion.
///
/// # Errors
/// `invalid` for an unknown unit or a missing opinion.
pub(super) async fn redispatch(
    case: &mut Case<'_>,
    conn: &mut Conn,
    command: Assignment,
) -> Result<Entry> {
    let unit = named_unit(&case.reference, &command.unit, "/unit")?;
    let same = case
        .ticket
        .lead
        .as_ref()
        .is_some_and(|lead| lead.id == unit.id);
    if same && command.opinion.is_empty() {
        return Err(Error::invalid_field(
            "/opinion",
            "opinion_required",
            Text::new(
                "退回原单位须写明意见",
                "sending it to the same unit again needs an opinion",
            ),
        ));
    }
    dispatch_to(case, conn, unit).await?;
    Ok(Entry {
        opinion: command.opinion,
        data: json!({ "unit": command.unit }),
        ..Entry::default()
    })
}

/// Gives the ticket to a unit that a person named.
pub(super) async fn dispatch_to(case: &mut Case<'_>, conn: &mut Conn, unit: UnitRef) -> Result<()> {
    let calendar = case.reference.calendar(Some(unit.id));
    let parties = Parties {
        cooperating: cooperating(&case.reference, &case.ticket, case.condition()?),
        lead: unit.clone(),
    };
    assignment::assign(conn, case.ticket.id, &parties, case.now).await?;
    case.ticket.routing.name(unit.clone());
    case.ticket.dispatch_again(unit, &calendar, case.now);
    Ok(())
}

/// The unit of a code that a person named.
pub(in crate::services) fn named_unit(
    reference: &Reference,
    code: &str,
    pointer: &str,
) -> Result<UnitRef> {
    reference
        .units
        .find_by_code(code)
        .map(to_ref)
        .ok_or_else(|| {
            Error::invalid_field(
                pointer,
                "unit_unknown",
                Text::new(
                    format!("没有代码为 {code} 的单位"),
                    format!("there is no unit {code}"),
                ),
            )
        })
}
