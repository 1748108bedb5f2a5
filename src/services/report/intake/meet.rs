//! New findings meet the tickets that are there: duplicates are suspected or join what is open, recurrences are linked. This is
//! the only way from a finding to another ticket: what must not be known outside the office yet is not sent this way before its
//! release.

use std::collections::HashMap;

use futures_util::future::try_join;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::plan::Draft;
use crate::db::ticket::near::{self, Surroundings};
use crate::db::{Conn, DbError};
use crate::domain::catalogue::ItemKey;
use crate::domain::policy::Duplicates;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::neighbour::{self, Meeting, Neighbour, Newcomer};
use crate::domain::ticket::triage::TriageReason;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;

const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// A ticket that an earlier finding of the run is about to get.
struct Predecessor {
    report_id: Uuid,
    item: ItemKey,
    ticket: Neighbour,
}

/// Judges each of the findings by the tickets near it, those of the run before it among them. Findings of one report are
/// none of each other's: the inspector stood there and saw several.
///
/// With a policy that looks for duplicates their places are locked first: of two that come at the same time, to whatever
/// server, the second sees the first.
pub(super) async fn meet(
    reference: &Reference,
    conn: &Conn,
    drafts: &mut [(usize, Draft<'_>)],
    now: Timestamp,
) -> Result<()> {
    let policy = reference.policies.duplicates;
    let mut near = neighbours(reference, conn, drafts, now).await?;
    if policy == Duplicates::Merge {
        hold_masters(conn, &mut near).await?;
    }
    let mut before: Vec<Predecessor> = Vec::new();
    for (nth, (_, draft)) in (0..).zip(drafts) {
        let Some(position) = draft.ticket.position.filter(|_| !draft.ticket.is_sealed()) else {
            continue;
        };
        let mut neighbours = near.remove(&nth).unwrap_or_default();
        let item = &draft.ticket.item;
        let others = before.iter().filter(|other| {
            other.report_id != draft.report_id && other.item.is_same_in_any_version(item)
        });
        neighbours.extend(others.map(|other| other.ticket.clone()));
        let newcomer = Newcomer {
            position,
            radius_m: draft.radius_m,
            danger: draft.ticket.danger,
            fixed_on_site: draft.ticket.fixed_on_site,
            undoubted: draft.filing.is_some(),
        };
        take(draft, neighbour::meet(newcomer, &neighbours, policy));
        if draft.filing.is_some() {
            before.push(Predecessor {
                report_id: draft.report_id,
                item: draft.ticket.item.clone(),
                ticket: about_to_be(draft, newcomer, now),
            });
        }
    }
    Ok(())
}

async fn neighbours(
    reference: &Reference,
    conn: &Conn,
    drafts: &[(usize, Draft<'_>)],
    now: Timestamp,
) -> Result<HashMap<i32, Vec<Neighbour>>> {
    let places = (0..).zip(drafts).filter_map(|(nth, (_, draft))| {
        Some(Surroundings {
            nth,
            item: &draft.ticket.item,
            centre: draft.ticket.position?,
            radius_m: draft.radius_m,
        })
    });
    let places: Vec<Surroundings<'_>> = places.collect();
    let near = near::tickets(conn, &places, lately(reference, now)?);
    if reference.policies.duplicates == Duplicates::Off {
        return Ok(near.await?);
    }
    let ((), near) = try_join(near::hold(conn, &places), near).await?;
    Ok(near)
}

/// Nothing becomes of possible masters until the findings have joined them; what has become of them meanwhile is seen.
async fn hold_masters(
    conn: &Conn,
    near: &mut HashMap<i32, Vec<Neighbour>>,
) -> std::result::Result<(), DbError> {
    let open = |neighbour: &&mut Neighbour| neighbour.state != State::Closed;
    let ids: Vec<Uuid> = near
        .values_mut()
        .flatten()
        .filter(open)
        .map(|neighbour| neighbour.id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let held = near::lock_all(conn, &ids).await?;
    for neighbour in near.values_mut().flatten() {
        if let Some((state, closed_at)) = held.get(&neighbour.id) {
            (neighbour.state, neighbour.closed_at) = (*state, *closed_at);
        }
    }
    Ok(())
}

/// Holds the places of tickets that are about to come into the open (解封), as those of new findings are held.
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn hold_places(
    reference: &Reference,
    conn: &mut Conn,
    tickets: &[Ticket],
) -> Result<()> {
    if reference.policies.duplicates == Duplicates::Off {
        return Ok(());
    }
    let places: Vec<Surroundings<'_>> = tickets
        .iter()
        .filter_map(|ticket| place_of(reference, ticket))
        .collect();
    Ok(near::hold(conn, &places).await?)
}

/// Judges a ticket that comes into the open by the tickets near it, those that came out before it among them. What the same report
/// made is none of its own. The caller has [`hold_places`].
///
/// # Errors
/// `unavailable`.
pub(in crate::services) async fn meet_late(
    reference: &Reference,
    conn: &mut Conn,
    ticket: &Ticket,
    undoubted: bool,
    now: Timestamp,
) -> Result<Meeting> {
    let Some(place) = place_of(reference, ticket) else {
        return Ok(Meeting::NOBODY);
    };
    let newcomer = Newcomer {
        position: place.centre,
        radius_m: place.radius_m,
        danger: ticket.danger,
        fixed_on_site: ticket.fixed_on_site,
        undoubted,
    };
    let policy = reference.policies.duplicates;
    let mut near = near::tickets(conn, &[place], lately(reference, now)?).await?;
    let siblings = near::siblings(conn, ticket.id).await?;
    for neighbours in near.values_mut() {
        neighbours.retain(|neighbour| !siblings.contains(&neighbour.id));
    }
    if policy == Duplicates::Merge {
        hold_masters(conn, &mut near).await?;
    }
    let neighbours = near.remove(&0).unwrap_or_default();
    Ok(neighbour::meet(newcomer, &neighbours, policy))
}

fn place_of<'a>(reference: &Reference, ticket: &'a Ticket) -> Option<Surroundings<'a>> {
    Some(Surroundings {
        nth: 0,
        item: &ticket.item,
        centre: ticket.position?,
        radius_m: f64::from(reference.radius_m(&ticket.item)),
    })
}

/// From when on a ticket that was closed counts as closed lately.
fn lately(reference: &Reference, now: Timestamp) -> Result<Timestamp> {
    let days = i32::try_from(reference.policies.recurrence_days).unwrap_or(i32::MAX);
    let lately = now.saturating_sub(A_DAY.saturating_mul(days));
    Ok(lately.map_err(anyhow::Error::from)?)
}

fn take(draft: &mut Draft<'_>, meeting: neighbour::Meeting) {
    draft.ticket.recurrence_of = meeting.recurrence_of;
    match meeting.duplicate {
        neighbour::Duplicate::No => {}
        neighbour::Duplicate::Suspected => {
            draft.filing = None;
            let reasons = &mut draft.ticket.triage_reasons;
            reasons.push(TriageReason::PossibleDuplicate);
        }
        neighbour::Duplicate::Joins { master, metres } => {
            draft.filing = None;
            draft.joins = Some((master, metres));
        }
    }
}

fn about_to_be(draft: &Draft<'_>, newcomer: Newcomer, now: Timestamp) -> Neighbour {
    let closed = newcomer.fixed_on_site;
    Neighbour {
        id: draft.ticket.id,
        number: None,
        state: if closed {
            State::Closed
        } else {
            State::Dispatched
        },
        position: newcomer.position,
        danger: newcomer.danger,
        created_at: now,
        closed_at: closed.then_some(now),
    }
}
