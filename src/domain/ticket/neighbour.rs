//! What the tickets near a new finding mean for it: an open one of the same item, and it is a duplicate (重复上报); one that
//! was closed lately, and the fault has recurred (反弹). Who is a neighbour at all is asked of the database by the caller.

use jiff::Timestamp;
use uuid::Uuid;

use super::Ticket;
use super::machine::State;
use crate::domain::geo::{Point, distance_m};
use crate::domain::policy::Duplicates;

/// States in which a ticket can have further sightings: filed and open.
pub const MASTER_STATES: [State; 6] = [
    State::Dispatched,
    State::Returned,
    State::Disputed,
    State::Rectifying,
    State::Suspended,
    State::AwaitingRecheck,
];

/// A ticket of the same item in the neighbourhood.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// Id.
    pub id: Uuid,
    /// 台账编号.
    pub number: Option<String>,
    /// State.
    pub state: State,
    /// Where it is.
    pub position: Point,
    /// Danger to people.
    pub danger: bool,
    /// When the server had its finding.
    pub created_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// A new finding, as far as its neighbours matter to it.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer {
    /// Where it is.
    pub position: Point,
    /// How close is the same place.
    pub radius_m: f64,
    /// Danger to people.
    pub danger: bool,
    /// 立行立改: there is nothing left to do.
    pub fixed_on_site: bool,
    /// It would be filed by itself.
    pub undoubted: bool,
}

/// What is to be done about a duplicate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Duplicate {
    /// It is none.
    No,
    /// A clerk looks at it.
    Suspected,
    /// It is another sighting of this ticket.
    Joins {
        /// The ticket.
        master: Uuid,
        /// How far away it is.
        metres: f64,
    },
}

/// What its neighbours make of a finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meeting {
    /// Whether there is an open ticket of it.
    pub duplicate: Duplicate,
    /// The ticket of the same fault that had been closed last.
    pub recurrence_of: Option<Uuid>,
}

impl Meeting {
    /// Nobody is there.
    pub const NOBODY: Self = Self {
        duplicate: Duplicate::No,
        recurrence_of: None,
    };
}

/// Judges a finding by its neighbours, of which closed ones were closed lately. Only what would be filed by itself joins
/// another by itself, and a danger only what is known to be one; what was put right on the spot makes no work twice.
pub fn meet(newcomer: Newcomer, neighbours: &[Neighbour], policy: Duplicates) -> Meeting {
    let near = within(newcomer.position, newcomer.radius_m, neighbours);
    let open = near
        .iter()
        .find(|(neighbour, _)| MASTER_STATES.contains(&neighbour.state));
    let duplicate = match (open, policy) {
        (None, _) | (_, Duplicates::Off) => Duplicate::No,
        _ if newcomer.fixed_on_site => Duplicate::No,
        (Some((master, metres)), Duplicates::Merge)
            if newcomer.undoubted && (master.danger || !newcomer.danger) =>
        {
            Duplicate::Joins {
                master: master.id,
                metres: *metres,
            }
        }
        (Some(_), Duplicates::Merge | Duplicates::Suggest) => Duplicate::Suspected,
    };
    let closed = near
        .iter()
        .filter(|(neighbour, _)| neighbour.state == State::Closed);
    let last = closed.max_by_key(|(neighbour, _)| neighbour.closed_at);
    Meeting {
        recurrence_of: last
            .map(|(neighbour, _)| neighbour.id)
            .filter(|_| !matches!(duplicate, Duplicate::Joins { .. })),
        duplicate,
    }
}

/// Those of the neighbours that are at the same place, with the metres to each: the nearest first, of equals the oldest.
pub fn within(position: Point, radius_m: f64, neighbours: &[Neighbour]) -> Vec<(&Neighbour, f64)> {
    let mut near: Vec<_> = neighbours
        .iter()
        .map(|neighbour| (neighbour, distance_m(position, neighbour.position)))
        .filter(|(_, metres)| *metres <= radius_m)
        .collect();
    near.sort_by(|(a, a_metres), (b, b_metres)| {
        let age = |neighbour: &Neighbour| neighbour.created_at;
        a_metres
            .total_cmp(b_metres)
            .then_with(|| age(a).cmp(&age(b)))
    });
    near
}

impl Ticket {
    /// Whether another finding can be a further sighting of it.
    pub fn can_be_master(&self) -> bool {
        MASTER_STATES.contains(&self.state)
    }
}
