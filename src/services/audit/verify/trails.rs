//! The trails: some hundred tickets at a time, each page of one moment, so that what is written meanwhile is never taken for damage.

use uuid::Uuid;

use super::{Progress, Report};
use crate::db::{Conn, audit::reading};
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
        let (found, last) = conn
            .build_transaction()
            .read_only()
            .repeatable_read()
            .run::<_, Error, _>(async |conn| read(conn, after).await)
            .await?;
        for ticket in &found {
            report.tickets += 1;
            report.rows += u64::try_from(ticket.rows.len()).unwrap_or(u64::MAX);
            if let Err(fault) = ticket.check() {
                report.blame(fault);
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

/// A page, and its last id; none when it was the last page.
async fn read(conn: &mut Conn, after: Uuid) -> Result<(Vec<Found>, Option<Uuid>)> {
    let last = reading::page_end(conn, after).await?;
    let found = reading::tickets_between(conn, after, last.unwrap_or(Uuid::max())).await?;
    Ok((found, last))
}
