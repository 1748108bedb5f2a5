//! Tickets with what belongs to them: beside them in the database, and in the reference data.

use crate::db::Conn;
use crate::db::ticket::TicketScope;
use crate::db::ticket::record::{Belongings, belongings};
use crate::domain::ticket::Ticket;
use crate::domain::ticket::projection::TicketRecord;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;

/// Completes tickets, in their order, with what the scope holds beside them.
pub(in crate::services) async fn complete(
    reference: &Reference,
    conn: &Conn,
    scope: &TicketScope,
    tickets: Vec<Ticket>,
) -> Result<Vec<TicketRecord>> {
    let mut belongings = belongings(conn, scope, &tickets).await?;
    let whole = |ticket: Ticket| {
        let beside = belongings.remove(&ticket.id).unwrap_or_default();
        record(reference, ticket, beside)
    };
    tickets.into_iter().map(whole).collect()
}

/// A ticket with what lies beside it.
pub(super) fn record(
    reference: &Reference,
    ticket: Ticket,
    beside: Belongings,
) -> Result<TicketRecord> {
    let entry = reference.catalogue.get(&ticket.item);
    let entry = entry.ok_or_else(|| anyhow::anyhow!("the item of a ticket is gone"))?;
    let condition = ticket
        .condition_id
        .and_then(|id| reference.catalogue.condition(id));
    let point = ticket.point_id.and_then(|id| reference.check_point(id));
    Ok(TicketRecord {
        item: entry.item.clone(),
        condition: condition.cloned(),
        cooperating: beside.cooperating,
        point_name: point.map(|point| point.name_zh.clone()),
        report_id: beside.report_id,
        integrity: beside.integrity,
        seen_at: beside.seen_at,
        photos: beside.photos,
        earlier: beside.earlier,
        answering: reference.duties.answering(&reference.units, &ticket),
        suggestions: Vec::new(),
        requests: beside.requests,
        slips: beside.slips,
        assignee: beside.assignee,
        ticket,
    })
}
