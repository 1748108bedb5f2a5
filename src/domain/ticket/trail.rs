//! The trail of a ticket (留痕): one row a change, append-only, and how long each holder had it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::machine::State;

/// One row of the trail.
#[derive(Debug, Clone)]
pub struct Event {
    /// 1, 2, 3 … within the ticket.
    pub seq: i32,
    /// Server time.
    pub at: Timestamp,
    /// Command, or an act of the system such as `create`.
    pub command: String,
    /// State before; none for the first row.
    pub from: Option<State>,
    /// State after.
    pub to: State,
    /// Who; none for the system.
    pub actor_id: Option<Uuid>,
    /// In which role; `system` for the system.
    pub actor_role: String,
    /// For which unit.
    pub actor_unit_id: Option<Uuid>,
    /// Name of that unit.
    pub actor_unit_name: Option<String>,
    /// On which device.
    pub device_id: Option<Uuid>,
    /// Who holds the ticket from here on; none is the office.
    pub holder_unit_id: Option<Uuid>,
    /// Name of that unit.
    pub holder_unit_name: Option<String>,
    /// 意见.
    pub opinion: String,
    /// What the command carried and what it changed.
    pub data: serde_json::Value,
    /// Units never see it.
    pub office_only: bool,
}

/// For each row, how long its holder has had the ticket since the row before: the time that ended with this row.
pub fn held_before(events: &[Event]) -> Vec<SignedDuration> {
    let mut previous: Option<Timestamp> = None;
    events
        .iter()
        .map(|event| {
            let held = previous.map_or(SignedDuration::ZERO, |at| at.duration_until(event.at));
            previous = Some(event.at);
            held
        })
        .collect()
}
