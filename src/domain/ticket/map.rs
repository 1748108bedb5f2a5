//! Filed tickets on the map: each for itself close by, in clusters from afar. A cluster is counted from squares of cells, of which a city has
//! as many as its tickets have places.

use jiff::Timestamp;
use uuid::Uuid;

use super::machine::State;
use crate::domain::geo::Point;

/// Squares of `2^level` by `2^level` cells, each a 512th of a degree wide, are counted: the largest first.
pub const LEVELS: [u32; 3] = [4, 2, 0];
/// About as many clusters as an answer holds.
const MOST_CLUSTERS: u64 = 8_192;

/// How coarse clusters must be, at least, where so many of the largest squares have tickets. No screen needs it at its own zoom level: this is
/// for who asks for the whole city close by.
pub fn coarse_enough(squares: u64) -> u32 {
    let [largest, ..] = LEVELS;
    let clusters = |coarse: &u32| squares.saturating_mul(1 << (2 * (largest - coarse)));
    let fine = (0..largest).find(|coarse| clusters(coarse) <= MOST_CLUSTERS);
    fine.unwrap_or(largest)
}

/// Tickets of the map that are open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// Not closed yet.
    #[default]
    Open,
    /// Closed.
    Closed,
    /// Both.
    All,
}

/// Tickets that lie close to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// The middle of them, to the size of a cell.
    pub lat: f64,
    /// Likewise.
    pub lon: f64,
    /// How many.
    pub count: i64,
    /// How many are not closed.
    pub open: i64,
}

/// A ticket of the map.
#[derive(Debug, Clone)]
pub struct Pin {
    /// The ticket.
    pub id: Uuid,
    /// 台账编号.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// Code of the item.
    pub item: String,
    /// Where it lies.
    pub position: Point,
    /// Deadline.
    pub due_at: Option<Timestamp>,
    /// Overdue now.
    pub overdue: bool,
}
