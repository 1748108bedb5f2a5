//! The row of a ticket and how it becomes one.

use diesel::deserialize;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use jiff_diesel::{Timestamp as SqlTimestamp, ToDiesel as _};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::db::DbError;
use crate::db::cached::{instant, instant_or_null};
use crate::db::schema::tickets;
use crate::domain::audit::{Hash, chain};
use crate::domain::catalogue::ItemKey;
use crate::domain::geo::Point;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::triage::TriageReason;
use crate::domain::ticket::{DistrictName, LeadUnit, Ticket};

#[derive(Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = tickets, treat_none_as_null = true, treat_none_as_default_value = false)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub(in crate::db) struct Row {
    pub(in crate::db) id: Uuid,
    pub(in crate::db) number: Option<String>,
    finding_id: Option<Uuid>,
    pub(in crate::db) state: String,
    rev: i64,
    triage_reasons: Vec<String>,
    scheme: String,
    version: String,
    item: String,
    condition_id: Option<Uuid>,
    text: String,
    danger: bool,
    fixed_on_site: bool,
    point_id: Option<Uuid>,
    lat: Option<f64>,
    lon: Option<f64>,
    district_code: Option<String>,
    district_name: Option<String>,
    routing: Value,
    lead_unit_id: Option<Uuid>,
    lead_unit_name: Option<String>,
    clock: Option<Value>,
    #[serde(serialize_with = "instant_or_null")]
    clock_stopped_at: Option<SqlTimestamp>,
    #[serde(serialize_with = "instant_or_null")]
    due_at: Option<SqlTimestamp>,
    due_provisional: bool,
    #[serde(serialize_with = "instant")]
    listed_at: SqlTimestamp,
    #[serde(serialize_with = "instant_or_null")]
    dispatched_at: Option<SqlTimestamp>,
    #[serde(serialize_with = "instant_or_null")]
    submitted_at: Option<SqlTimestamp>,
    #[serde(serialize_with = "instant_or_null")]
    photos_due_at: Option<SqlTimestamp>,
    #[serde(serialize_with = "instant_or_null")]
    closed_at: Option<SqlTimestamp>,
    rework_round: i32,
    return_count: i32,
    extensions: i32,
    #[serde(serialize_with = "instant_or_null")]
    suspended_until: Option<SqlTimestamp>,
    exempt: bool,
    forced: bool,
    supervision_level: i32,
    assignee_id: Option<Uuid>,
    #[serde(serialize_with = "instant_or_null")]
    stage_due_at: Option<SqlTimestamp>,
    master_id: Option<Uuid>,
    recurrence_of: Option<Uuid>,
    #[serde(serialize_with = "instant")]
    created_at: SqlTimestamp,
    #[serde(serialize_with = "instant")]
    updated_at: SqlTimestamp,
}

impl Row {
    /// What the trail keeps of the row, so that nobody can change it past the trail.
    pub(in crate::db) fn digest(&self) -> Result<Hash, DbError> {
        let columns = serde_json::to_value(self)
            .map_err(|error| DieselError::SerializationError(error.into()))?;
        Ok(chain::digest(&columns))
    }
}

impl From<&Ticket> for Row {
    fn from(ticket: &Ticket) -> Self {
        let clock = ticket.clock.as_ref();
        let json = |value: serde_json::Result<Value>| {
            value.expect("a routing and a clock are plain values: always JSON")
        };
        Self {
            id: ticket.id,
            number: ticket.number.clone(),
            finding_id: ticket.finding_id,
            state: ticket.state.as_str().to_owned(),
            rev: ticket.rev,
            triage_reasons: ticket
                .triage_reasons
                .iter()
                .map(|reason| reason.as_str().to_owned())
                .collect(),
            scheme: ticket.item.scheme.clone(),
            version: ticket.item.version.clone(),
            item: ticket.item.code.clone(),
            condition_id: ticket.condition_id,
            text: ticket.text.clone(),
            danger: ticket.danger,
            fixed_on_site: ticket.fixed_on_site,
            point_id: ticket.point_id,
            lat: ticket.position.map(|point| point.lat()),
            lon: ticket.position.map(|point| point.lon()),
            district_code: ticket.district.as_ref().map(|d| d.code.clone()),
            district_name: ticket.district.as_ref().map(|d| d.name.clone()),
            routing: json(serde_json::to_value(&ticket.routing)),
            lead_unit_id: ticket.lead.as_ref().map(|lead| lead.id),
            lead_unit_name: ticket.lead.as_ref().map(|lead| lead.name.clone()),
            clock: clock.map(|clock| json(serde_json::to_value(clock))),
            clock_stopped_at: clock.and_then(|c| c.stopped_at()).map(|at| at.to_diesel()),
            due_at: clock.map(|clock| clock.due.at.to_diesel()),
            due_provisional: clock.is_some_and(|clock| clock.due.provisional),
            listed_at: ticket.listed_at.to_diesel(),
            dispatched_at: ticket.dispatched_at.map(|at| at.to_diesel()),
            submitted_at: ticket.submitted_at.map(|at| at.to_diesel()),
            photos_due_at: ticket.photos_due_at.map(|at| at.to_diesel()),
            closed_at: ticket.closed_at.map(|at| at.to_diesel()),
            rework_round: i32::try_from(ticket.rework_round).unwrap_or(i32::MAX),
            return_count: i32::try_from(ticket.return_count).unwrap_or(i32::MAX),
            extensions: i32::try_from(ticket.extensions).unwrap_or(i32::MAX),
            suspended_until: ticket.suspended_until.map(|at| at.to_diesel()),
            exempt: ticket.exempt,
            forced: ticket.forced,
            supervision_level: i32::try_from(ticket.supervision_level).unwrap_or(i32::MAX),
            assignee_id: ticket.assignee_id,
            stage_due_at: ticket.stage_due_at.map(|at| at.to_diesel()),
            master_id: ticket.master_id,
            recurrence_of: ticket.recurrence_of,
            created_at: ticket.created_at.to_diesel(),
            updated_at: ticket.updated_at.to_diesel(),
        }
    }
}

impl TryFrom<Row> for Ticket {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let unreadable = |error: Box<dyn std::error::Error + Send + Sync>| {
            DieselError::DeserializationError(error)
        };
        let position = match (row.lat, row.lon) {
            (Some(lat), Some(lon)) => {
                Some(Point::new(lat, lon).map_err(|error| unreadable(error.into()))?)
            }
            _ => None,
        };
        let state: deserialize::Result<State> = row.state.parse().map_err(Into::into);
        Ok(Self {
            id: row.id,
            number: row.number,
            finding_id: row.finding_id,
            state: state.map_err(unreadable)?,
            rev: row.rev,
            triage_reasons: row
                .triage_reasons
                .iter()
                .filter_map(|word| TriageReason::from_word(word))
                .collect(),
            item: ItemKey {
                scheme: row.scheme,
                version: row.version,
                code: row.item,
            },
            condition_id: row.condition_id,
            text: row.text,
            danger: row.danger,
            fixed_on_site: row.fixed_on_site,
            point_id: row.point_id,
            position,
            district: row
                .district_code
                .zip(row.district_name)
                .map(|(code, name)| DistrictName { code, name }),
            routing: serde_json::from_value(row.routing).map_err(|e| unreadable(e.into()))?,
            lead: row
                .lead_unit_id
                .zip(row.lead_unit_name)
                .map(|(id, name)| LeadUnit { id, name }),
            clock: row
                .clock
                .map(serde_json::from_value)
                .transpose()
                .map_err(|error| unreadable(error.into()))?,
            listed_at: row.listed_at.to_jiff(),
            dispatched_at: row.dispatched_at.map(SqlTimestamp::to_jiff),
            submitted_at: row.submitted_at.map(SqlTimestamp::to_jiff),
            photos_due_at: row.photos_due_at.map(SqlTimestamp::to_jiff),
            closed_at: row.closed_at.map(SqlTimestamp::to_jiff),
            rework_round: u32::try_from(row.rework_round).unwrap_or(0),
            return_count: u32::try_from(row.return_count).unwrap_or(0),
            extensions: u32::try_from(row.extensions).unwrap_or(0),
            suspended_until: row.suspended_until.map(SqlTimestamp::to_jiff),
            exempt: row.exempt,
            forced: row.forced,
            supervision_level: u32::try_from(row.supervision_level).unwrap_or(0),
            assignee_id: row.assignee_id,
            stage_due_at: row.stage_due_at.map(SqlTimestamp::to_jiff),
            master_id: row.master_id,
            recurrence_of: row.recurrence_of,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
    }
}
