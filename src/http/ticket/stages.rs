//! `GET tickets/{id}/stages`.

use actix_web::{get, web};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::ticket::stages::{Held, Holder, Span, sums};
use crate::http::extract::{Caller, Id};
use crate::http::problem::{ApiError, Problem};
use crate::services::{Services, ticket};

/// Who held a ticket in which stage.
#[derive(Serialize, ToSchema)]
pub struct StagesOut {
    /// In order, without a gap; a unit sees what was its own.
    items: Vec<HeldStageOut>,
    /// What each holder had in each stage altogether.
    sums: Vec<StageSumOut>,
    /// Altogether.
    total: HeldOut,
}

/// A time in which one holder had the ticket in one stage.
#[derive(Serialize, ToSchema)]
pub struct HeldStageOut {
    /// `triage`, `acknowledging`, `handling`, `returned`, `disputed`, `suspended` or `recheck`.
    stage: &'static str,
    /// The unit; null is the office.
    holder: Option<StageHolderOut>,
    /// From when.
    since: Timestamp,
    /// Until when; null: it goes on.
    until: Option<Timestamp>,
    /// How long, up to now where it goes on.
    held: HeldOut,
}

/// What one holder had in one stage.
#[derive(Serialize, ToSchema)]
pub struct StageSumOut {
    /// The stage.
    stage: &'static str,
    /// The unit; null is the office.
    holder: Option<StageHolderOut>,
    /// How long.
    held: HeldOut,
}

/// A unit that held a ticket.
#[derive(Serialize, ToSchema)]
pub struct StageHolderOut {
    /// The unit.
    id: Uuid,
    /// Its name.
    name: Option<String>,
}

/// How long, in whole seconds. `wall_s` and `city_work_s` of the items add up exactly to the time of the whole; `work_s` does not where
/// units have shifts of their own.
#[derive(Serialize, ToSchema)]
pub struct HeldOut {
    /// On the wall clock.
    wall_s: i64,
    /// Work time by the holder's own calendar: what it answers for.
    work_s: i64,
    /// Work time by the city's calendar.
    city_work_s: i64,
}

impl From<Held> for HeldOut {
    fn from(held: Held) -> Self {
        Self {
            wall_s: held.wall_s,
            work_s: held.work_s,
            city_work_s: held.city_work_s,
        }
    }
}

impl StageHolderOut {
    fn of(holder: Holder) -> Option<Self> {
        let name = holder.name;
        holder.unit_id.map(|id| Self { id, name })
    }
}

impl From<Span> for HeldStageOut {
    fn from(span: Span) -> Self {
        Self {
            stage: span.stage.as_str(),
            holder: StageHolderOut::of(span.holder),
            since: span.since,
            until: span.until,
            held: span.held.into(),
        }
    }
}

/// Read who held a ticket in which stage, for how long (各环节用时).
///
/// Wall time and work time in whole seconds, under the calendars now in force. The office and the auditor see all of it, a unit what was its
/// own.
#[utoipa::path(
    tag = "tickets",
    params(("id" = uuid::Uuid, Path, description = "The ticket's id")),
    responses(
        (status = 200, body = StagesOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 404, description = "`not_found`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tickets/{id}/stages")]
pub async fn get_ticket_stages(
    svc: web::Data<Services>,
    caller: Caller,
    id: Id,
) -> Result<web::Json<StagesOut>, ApiError> {
    let spans = ticket::read_stages(&svc, &caller.0, id.0).await?;
    let total = spans
        .iter()
        .fold(Held::default(), |sum, span| sum + span.held);
    let sums = sums(&spans)
        .into_iter()
        .map(|(stage, holder, held)| StageSumOut {
            stage: stage.as_str(),
            holder: StageHolderOut::of(holder),
            held: held.into(),
        });
    Ok(web::Json(StagesOut {
        sums: sums.collect(),
        items: spans.into_iter().map(HeldStageOut::from).collect(),
        total: total.into(),
    }))
}
