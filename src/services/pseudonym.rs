//! Inspectors under their pseudonyms (化名): whatever the office and the auditor read of one goes through here, and what they ask of one
//! comes back through here. Inspectors see themselves as they are.

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::account::{Actor, Role};
use crate::domain::pseudonym::{Pseudonym, ids_in};
use crate::domain::round::RoundPoint;
use crate::domain::task::{Judge, Task, TaskFilter};
use crate::domain::ticket::trail::Event;
use crate::services::error::Result;

/// Tasks with the names of their inspectors, of a visit the one of its round.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn name_tasks(
    conn: &mut Conn,
    actor: &Actor,
    tasks: &mut [(Task, String)],
) -> Result<()> {
    if actor.role == Role::Inspector {
        return Ok(());
    }
    let accounts: Vec<Uuid> = tasks.iter().map(|(task, _)| task.account_id).collect();
    let names = db::pseudonym::of_accounts(conn, &accounts).await?;
    for (task, name) in tasks {
        let shown = names.of(task.account_id, task.round_id).cloned();
        let shown = shown.unwrap_or_else(nobody);
        (task.account_id, *name) = (shown.id, shown.name);
    }
    Ok(())
}

/// Inspectors whom one can ask, under their standing names.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn name_judges(conn: &mut Conn, judges: &mut [Judge]) -> Result<()> {
    let accounts: Vec<Uuid> = judges.iter().map(|judge| judge.account_id).collect();
    let names = db::pseudonym::of_accounts(conn, &accounts).await?;
    for judge in judges.iter_mut() {
        let shown = names.of(judge.account_id, None).cloned();
        let shown = shown.unwrap_or_else(nobody);
        (judge.account_id, judge.display_name) = (shown.id, shown.name);
    }
    // The order of their real names would tell.
    judges.sort_by_key(|judge| (judge.load, judge.account_id));
    Ok(())
}

/// Points of a round with who goes there, under the name for the round.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn name_visitors(
    conn: &mut Conn,
    round_id: Uuid,
    points: &mut [RoundPoint],
) -> Result<()> {
    let sent: Vec<Uuid> = points.iter().filter_map(|point| point.account_id).collect();
    let names = db::pseudonym::of_accounts(conn, &sent).await?;
    for point in points {
        let name = point.account_id.and_then(|id| names.of(id, Some(round_id)));
        point.account_id = name.map(|name| name.id);
    }
    Ok(())
}

/// The trail of a ticket with the inspectors in it under their names.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn name_trail(
    conn: &mut Conn,
    ticket_id: Uuid,
    events: Vec<Event>,
) -> Result<Vec<Event>> {
    let mut ids: Vec<Uuid> = events
        .iter()
        .flat_map(|event| ids_in(&event.data))
        .collect();
    ids.extend(events.iter().filter_map(|event| event.actor_id));
    let names = db::pseudonym::of_accounts(conn, &ids).await?;
    let reporter = db::pseudonym::reporter(conn, ticket_id).await?;
    let masked = events.into_iter();
    Ok(masked.map(|event| names.mask(event, reporter)).collect())
}

/// The account behind a standing name that the office asks something of; none where there is no such name. Names of rounds are for
/// reading only: asking by one would tell that two of them are the same person.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn account_of(conn: &mut Conn, id: Uuid) -> Result<Option<Uuid>> {
    let bearer = db::pseudonym::find(conn, id).await?;
    let standing = bearer.filter(|bearer| bearer.round_id.is_none());
    Ok(standing.map(|bearer| bearer.account_id))
}

/// The standing name of a sender who is an inspector, or was.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn name_of_sender(
    conn: &mut Conn,
    account_id: Uuid,
) -> Result<Option<Uuid>> {
    let names = db::pseudonym::of_accounts(conn, &[account_id]).await?;
    Ok(names.of(account_id, None).map(|name| name.id))
}

/// The sender behind what [`name_of_sender`] told, or the account itself.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn sender(conn: &mut Conn, id: Uuid) -> Result<Uuid> {
    Ok(account_of(conn, id).await?.unwrap_or(id))
}

/// A filter by a name, as a filter by the account: of a round's name the tasks of that round, of a standing one those of no round.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn filter_by_account(
    conn: &mut Conn,
    filter: TaskFilter,
) -> Result<TaskFilter> {
    let Some(id) = filter.account_id else {
        return Ok(filter);
    };
    let bearer = db::pseudonym::find(conn, id).await?;
    Ok(match bearer {
        Some(bearer) => TaskFilter {
            account_id: Some(bearer.account_id),
            visits_of: Some(bearer.round_id),
            ..filter
        },
        // A name that nobody has is the filter that finds nothing.
        None => TaskFilter {
            account_id: Some(Uuid::nil()),
            ..filter
        },
    })
}

/// Every inspector has a name (migration `pseudonyms`); were there one without, nothing would be told of it.
fn nobody() -> Pseudonym {
    Pseudonym {
        id: Uuid::nil(),
        name: String::new(),
    }
}
