//! What a clerk is shown beside a finding that waits: the open tickets near it, as they are now (疑似重复).

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::Conn;
use crate::db::ticket::near::{self, Surroundings};
use crate::domain::geo::Point;
use crate::domain::policy::Duplicates;
use crate::domain::ticket::Ticket;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::neighbour::{Neighbour, within};
use crate::domain::ticket::projection::Suggestion;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;

/// Most tickets that are shown beside one.
const MOST: usize = 10;

/// For each of these tickets that waits in triage, the open ones that it may be another sighting of, the nearest first. In
/// a fixed number of statements.
pub(super) async fn suggestions(
    reference: &Reference,
    conn: &Conn,
    tickets: &[Ticket],
    now: Timestamp,
) -> Result<HashMap<Uuid, Vec<Suggestion>>> {
    let waiting: Vec<(i32, &Ticket, Point)> = (0..)
        .zip(tickets)
        .filter(|(_, ticket)| ticket.state == State::Triage)
        .filter_map(|(nth, ticket)| Some((nth, ticket, ticket.position?)))
        .collect();
    if reference.policies.duplicates == Duplicates::Off || waiting.is_empty() {
        return Ok(HashMap::new());
    }
    let places = waiting.iter().map(|(nth, ticket, centre)| Surroundings {
        nth: *nth,
        item: &ticket.item,
        centre: *centre,
        radius_m: f64::from(reference.radius_m(&ticket.item)),
    });
    let places: Vec<Surroundings<'_>> = places.collect();
    let near = near::tickets(conn, &places, Timestamp::MAX).await?;
    if near.is_empty() {
        return Ok(HashMap::new());
    }
    let found = near.values().flatten().map(|neighbour| neighbour.id);
    let shown: Vec<Uuid> = found
        .chain(waiting.iter().map(|(_, it, _)| it.id))
        .collect();
    let photos = near::first_photos(conn, &shown).await?;
    let mut suggestions = HashMap::new();
    for (place, (nth, ticket, centre)) in places.iter().zip(&waiting) {
        let neighbours = near.get(nth).map_or(&[][..], Vec::as_slice);
        let of_ticket = within(*centre, place.radius_m, neighbours)
            .into_iter()
            .take(MOST)
            .map(|(neighbour, metres)| Suggestion {
                photo: photos.get(&neighbour.id).copied(),
                own_photo: photos.get(&ticket.id).copied(),
                ..suggestion(neighbour, metres, now)
            });
        suggestions.insert(ticket.id, of_ticket.collect());
    }
    Ok(suggestions)
}

fn suggestion(neighbour: &Neighbour, metres: f64, now: Timestamp) -> Suggestion {
    Suggestion {
        ticket_id: neighbour.id,
        number: neighbour.number.clone(),
        state: neighbour.state,
        metres: (metres * 10.0).round() / 10.0,
        age: neighbour.created_at.duration_until(now),
        photo: None,
        own_photo: None,
    }
}
