//! The trails, and the past that is kept of tickets beside them: some hundred tickets at a time, each page of one moment, so that what is
//! written meanwhile is never taken for damage.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Progress, Report};
use crate::db::Conn;
use crate::db::audit::{reading, recount};
use crate::domain::audit::fault::{Fault, SpanFault};
use crate::domain::audit::ticket::Found;
use crate::services::error::{Error, Result};

pub(super) async fn verify(
    conn: &mut Conn,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<()> {
    let about = reading::about_how_many(conn).await?;
    let mut after = Uuid::nil();
    while !report.is_full() {
        let (found, mut pasts, last) = conn
            .build_transaction()
            .read_only()
            .repeatable_read()
            .run::<_, Error, _>(async |conn| read(conn, after).await)
            .await?;
        for ticket in &found {
            report.tickets += 1;
            report.rows += u64::try_from(ticket.rows.len()).unwrap_or(u64::MAX);
            // What a broken trail says of the past proves nothing.
            match (ticket.check(), pasts.remove(&ticket.id)) {
                (Err(fault), _) => report.blame(fault),
                (Ok(()), Some(past)) => report.blame(Fault::PastEdited(ticket.name(), past)),
                (Ok(()), None) => {}
            }
        }
        progress(report.tickets, about.max(report.tickets));
        let Some(last) = last else {
            break;
        };
        after = last;
    }
    Ok(())
}

/// A page, what is wrong with the past of whom, and its last id; none when it was the last page.
type Page = (Vec<Found>, HashMap<Uuid, SpanFault>, Option<Uuid>);

async fn read(conn: &mut Conn, after: Uuid) -> Result<Page> {
    let last = reading::page_end(conn, after).await?;
    let end = last.unwrap_or(Uuid::max());
    let found = reading::tickets_between(conn, after, end).await?;
    let pasts = recount::wrong_spans(conn, after, end).await?;
    Ok((found, pasts.into_iter().collect(), last))
}
